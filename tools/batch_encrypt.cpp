// SPDX-License-Identifier: MIT
// One request of `credence encrypt --batch`.
#include <string>

#include "batch.hpp"
#include "encryption_header.hpp"
#include "encryption_key.hpp"
#include "json_text.hpp"

namespace credence::command {

Answer answer_encrypt(const Request& request) {
    const std::string alg = request.text("alg");
    const std::string enc = request.text("enc");
    const KeyText key = request.key();
    if (key.form == KeyForm::jwks) throw BadRequest{"key must be a single key"};
    const std::string payload = request.bytes("payload_b64");
    const JsonObject wanted = request.header();
    if (const std::string fault = fault_of_header(wanted, alg, enc); !fault.empty()) throw BadRequest{fault};
    const auto content = content_algorithm(enc);
    if (!content) return Error{Errc::unsupported_algorithm, {}, "the enc is not supported"};
    const auto recipient = recipient_key(key, alg);
    if (!recipient) return recipient.error();
    const auto token = encrypt_text(*recipient, *content, wanted, payload);
    if (!token) return token.error();
    return ObjectText{}.add_text("token", *token);
}

}  // namespace credence::command
