// SPDX-License-Identifier: MIT
// From the name of an algorithm to functions that know it as a type.
#include "tokens.hpp"

#include <credence/credence.hpp>

#include <fstream>
#include <ios>

#include "../support/options.hpp"

#include <openssl/rand.h>

namespace login {
namespace {

constexpr std::size_t most_key_bytes = std::size_t{64} * 1024;

template <class Alg>
credence::Keys<Alg> keys_for(const KeyChoice& choice) {
    const std::string name{Alg::name};
    if constexpr (credence::SharedSecretAlgorithm<Alg>) {
        if (choice.key_file)
            throw support::StartError{"--key is a private key, and " + name +
                                      " has a secret: leave --key out, set JWT_SECRET"};
        // As many bytes as the hash of HS512 has are enough for every HS*.
        const auto keys = credence::Keys<Alg>::from_secret(choice.secret ? *choice.secret : random_characters(64));
        if (!keys) support::refuse_secret(message(keys.error()));
        return *keys;
    } else {
        if (!choice.key_file) return credence::Keys<Alg>::generate().value();
        // The name is not repeated: it might be a secret that was typed in the wrong place.
        std::ifstream file{*choice.key_file, std::ios::binary};
        std::string pem(most_key_bytes, '\0');
        file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
        pem.resize(static_cast<std::size_t>(file.gcount()));
        if (pem.empty())
            throw support::StartError{
                "the file that --key names cannot be read: name a file that holds a private key in PEM"};
        const auto keys = credence::Keys<Alg>::from_pem(pem);
        if (!keys)
            throw support::StartError{"the file that --key names is not usable for " + name + ": " +
                                      std::string{message(keys.error())}};
        return *keys;
    }
}

/// Five minutes are five minutes: the leeway is 0, as it is by default.
template <class Alg>
Tokens tokens_for(const KeyChoice& choice) {
    const auto keys = keys_for<Alg>(choice);
    const auto verifier = credence::verifier_for<Visitor>(
        keys, {.checks = {{"sub", [](const Visitor& who) { return who.username || who.sub; },
                           credence::Errc::missing_claim}}});
    return {.encode = [keys](const Visitor& visitor) { return credence::encode(visitor, keys); },
            .verifier = [verifier](std::string_view token) { return verifier.verify(token); }};
}

}  // namespace

Tokens make_tokens(const KeyChoice& choice) {
    const auto tokens = credence::with_algorithm(
        choice.algorithm,
        [&]<credence::Algorithm Alg>() -> credence::Result<Tokens> { return tokens_for<Alg>(choice); });
    if (!tokens) throw support::StartError{"--alg must be the name of a JWS algorithm, such as HS256, RS256 or EdDSA"};
    return *tokens;
}

std::string random_characters(std::size_t count) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr std::size_t fair = 256 - 256 % alphabet.size();  // without it some characters would be likelier
    std::string text;
    while (text.size() < count) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1) throw support::StartError{"the system gives no random numbers"};
        if (byte < fair) text.push_back(alphabet[byte % alphabet.size()]);
    }
    return text;
}

}  // namespace login
