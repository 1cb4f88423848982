// SPDX-License-Identifier: MIT
// From the name of an algorithm to functions that know it as a type.
#include "tokens.hpp"

#include <credence/credence.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "../support/options.hpp"

#include <openssl/rand.h>

namespace login {
namespace {

template <class Alg>
credence::Keys<Alg> keys_for(const KeyChoice& choice) {
    const std::string name{Alg::name};
    if constexpr (credence::SharedSecretAlgorithm<Alg>) {
        if (!choice.key_file.empty())
            throw support::StartError{"--key is a private key, and " + name + " has a secret: set JWT_SECRET"};
        // As many characters as the hash has bytes are enough for every HS*, and 60 are what the tutorial has.
        const auto keys = credence::Keys<Alg>::from_secret(
            choice.secret.empty() ? random_characters(Alg::scheme.hash == credence::detail::Hash::sha512 ? 64 : 60)
                                  : choice.secret);
        if (!keys)
            throw support::StartError{"JWT_SECRET does not do for " + name + ": " + std::string{message(keys.error())}};
        return *keys;
    } else {
        if (choice.key_file.empty()) return credence::Keys<Alg>::generate().value();
        std::ifstream file{choice.key_file, std::ios::binary};
        if (!file) throw support::StartError{"cannot read the key file " + choice.key_file};
        const std::string pem{std::istreambuf_iterator<char>{file}, {}};
        const auto keys = credence::Keys<Alg>::from_pem(pem);
        if (!keys)
            throw support::StartError{choice.key_file + " does not do for " + name + ": " +
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

struct Row {
    std::string_view name;
    Tokens (*make)(const KeyChoice&);
};
template <class... Algs>
constexpr std::array<Row, sizeof...(Algs)> rows{Row{Algs::name, tokens_for<Algs>}...};

using namespace credence;
constexpr const auto& known = rows<HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512,
                                   ES256K, EdDSA, Ed25519, Ed448>;

}  // namespace

Tokens make_tokens(const KeyChoice& choice) {
    std::string names;
    for (const Row& row : known) {
        if (row.name == choice.algorithm) return row.make(choice);
        names.append(" ").append(row.name);
    }
    throw support::StartError{"--alg is one of:" + names};
}

std::string random_characters(std::size_t count) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    constexpr std::size_t fair = 256 - 256 % alphabet.size();  // beyond it some characters would be likelier
    std::string text;
    while (text.size() < count) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1) throw support::StartError{"the system gives no random numbers"};
        if (byte < fair) text.push_back(alphabet[byte % alphabet.size()]);
    }
    return text;
}

}  // namespace login
