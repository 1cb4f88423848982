// SPDX-License-Identifier: MIT
// One request of `credence sign --batch`.

#include <string>
#include <string_view>

#include "batch.hpp"

namespace credence::command {

namespace {

/// The text to sign, and whether it is claims.
struct Payload {
    std::string bytes;
    bool is_claims = false;
};

Payload payload_of(const Request& request) {
    const std::string_view* const claims = request.find("claims");
    const bool is_bytes = request.find("payload_b64") != nullptr;
    if ((claims != nullptr) == is_bytes) throw BadRequest{"either claims or payload_b64 must be there"};
    if (is_bytes) return {request.bytes("payload_b64"), false};
    if (claims->front() != '{') throw BadRequest{"claims must be an object"};
    return {one_line(*claims), true};
}

void check_header(const JsonObject& header, const std::string& alg) {
    for (const std::string_view name : {"alg", "typ", "kid"}) {
        const std::string_view* const json = header.find(name);
        if (json == nullptr) continue;
        if (json->front() != '"') throw BadRequest{"header." + std::string{name} + " must be a string"};
        if (name == "alg" && plain_text(*json) != alg) throw BadRequest{"header.alg must be the same as alg"};
    }
    for (const std::string_view name : {"crit", "b64"}) {
        if (header.find(name) != nullptr) throw BadRequest{"header must not have " + std::string{name}};
    }
}

/// `alg`, `typ`, the key's `kid`, and the requested members.
std::string header_text(const JsonObject& wanted, const Signer& signer, bool is_claims) {
    ObjectText header;
    header.add_text("alg", signer.alg);
    if (is_claims && wanted.find("typ") == nullptr) header.add_text("typ", "JWT");
    if (!signer.kid.empty() && wanted.find("kid") == nullptr) header.add_text("kid", signer.kid);
    for (const Member& member : wanted.members()) {
        if (member.name != "alg") header.add(member.name, member.json);
    }
    return header.text();
}

/// Whether a verifier could read a text: it must not be deeper than the library allows.
bool is_readable(const std::string& text) { return !JsonObject{text}.fault(); }

}  // namespace

Answer answer_sign(const Request& request) {
    const std::string alg = request.text("alg");
    const KeyText key = request.key();
    if (key.form == KeyForm::jwks) throw BadRequest{"key must be a single key"};
    const Payload payload = payload_of(request);
    const JsonObject wanted = request.header();
    check_header(wanted, alg);
    const auto signer = sign_key(key, alg);
    if (!signer) return signer.error();
    const std::string header = header_text(wanted, *signer, payload.is_claims);
    if (!is_readable(header) || (payload.is_claims && !is_readable(payload.bytes))) return Errc::invalid_json;
    const auto token = sign_texts(*signer, header, payload.bytes);
    if (!token) return token.error();
    return ObjectText{}.add_text("token", *token);
}

}  // namespace credence::command
