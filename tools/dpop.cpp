// SPDX-License-Identifier: MIT
// credence dpop: a proof for one request, as a client of an API with bound tokens sends it. RFC 9449 §4.2
#include <credence/http/dpop.hpp>
#include <credence/keys/keys.hpp>

#include <string>

#include "commands.hpp"
#include "failure.hpp"
#include "terminal.hpp"
#include "token_input.hpp"

namespace credence::command {

namespace {

template <Algorithm Alg>
Result<EncodingKey<Alg>> proving_key(const KeyText& key) {
    const KeyOptions options{.passphrase = key.passphrase_text()};
    if (key.form == KeyForm::jwk) return EncodingKey<Alg>::from_jwk(key.text());
    if (key.form == KeyForm::pem) return EncodingKey<Alg>::from_pem(key.text(), options);
    if (key.form == KeyForm::der) return EncodingKey<Alg>::from_der(key.text(), options);
    return Errc::invalid_key;
}

std::string proving_algorithm(const LoadedKey& key, const std::string& wanted) {
    if (key.text.form == KeyForm::jwks) fail_usage(key.name + ": found a JWK Set; expected a single private key");
    if (key.text.form == KeyForm::secret) fail_usage(key.name + ": found a shared secret; expected a private key");
    const auto wishes = wanted.empty() ? std::vector<std::string>{} : std::vector{wanted};
    return served_algorithms(key, Purpose::sign, wishes).front();
}

}  // namespace

void run_dpop(const DpopArguments& arguments) {
    if (!arguments.token.source.empty()) check_inputs(arguments.token, arguments.key);
    const LoadedKey key = load_key(arguments.key);
    const std::string alg = proving_algorithm(key, arguments.alg);
    const std::string token = arguments.token.source.empty() ? std::string{} : read_token(arguments.token);
    const auto proof = with_algorithm(alg, [&]<Algorithm Alg>() -> Result<std::string> {
        if constexpr (PublicKeyAlgorithm<Alg>) {
            const auto signer = proving_key<Alg>(key.text);
            if (!signer) fail_unreadable(key.name + ": " + message(signer.error()), signer.error().code);
            return dpop_proof(*signer, arguments.method, arguments.url,
                              {.access_token = token, .nonce = arguments.nonce});
        } else {
            return Error{Errc::invalid_key, {}, "a shared secret proves nothing"};
        }
    });
    if (!proof) fail_usage(message(proof.error()));
    write_result(*proof + '\n');
    if (token.empty()) remark("credence: without --token the proof is for a token endpoint; an API asks for ath");
}

}  // namespace credence::command
