// SPDX-License-Identifier: MIT
// Keys from files, environment variables and standard input, and what to say of those that are none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input.hpp"
#include "issuer.hpp"
#include "key_text.hpp"

namespace credence::command {

/// The options of the command line that give a key.
struct KeyArguments {
    std::string key;              ///< a file, `env:NAME` or `-`
    std::string jwks;             ///< the same, for a JWK Set
    std::string insecure_secret;  ///< the secret itself
    std::string passphrase;       ///< a file, `env:NAME` or `-`
    IssuerArguments issuer;       ///< whose published keys are fetched
    bool base64url_secret = false;
    bool allow_short_secret = false;
    bool try_all = false;

    [[nodiscard]] bool uses_standard_input() const { return key == "-" || jwks == "-" || passphrase == "-"; }
};

/// A key that was read, and its name for messages.
struct LoadedKey {
    KeyText text;
    std::string name;
};

/// What a key is for; to be converted, it may be either half of a pair.
enum class Purpose : std::uint8_t { sign, verify, convert };

/// The key that the arguments give. Throws `Failure` when there is none, or it cannot be read.
[[nodiscard]] LoadedKey load_key(const KeyArguments& arguments);

/// A key, or a JWK Set, in whatever form the bytes are.
[[nodiscard]] KeyText recognised(const detail::SecretBytes& bytes);

/// The algorithms among `wanted` that a key serves; with an empty `wanted`, the ones that it is fixed to. Throws `Failure`:
/// when it serves none; when a name is unknown; when the key leaves the choice and nobody made it.
[[nodiscard]] std::vector<std::string> served_algorithms(const LoadedKey& key, Purpose purpose,
                                                         const std::vector<std::string>& wanted);

/// One sentence on a key that cannot serve an algorithm: what was found, why it does not do, and what was expected.
[[nodiscard]] std::string complaint(const LoadedKey& key, Purpose purpose, const std::vector<std::string>& algorithms);

/// What a key is, in a few words, without any part of it.
[[nodiscard]] std::string description(const KeyText& key);

/// What to do if no signature fits a secret that is base64 text; empty for other keys.
[[nodiscard]] std::string_view advice_for_secret(const KeyText& key);

/// Throws `Failure` unless the name is that of an algorithm to sign with.
void demand_algorithm(const std::string& name);

/// Throws `Failure` unless the name is that of an algorithm to sign with, or to manage the keys of encryption with.
void demand_any_algorithm(const std::string& name);

}  // namespace credence::command
