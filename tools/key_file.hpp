// SPDX-License-Identifier: MIT
// Keys from files, environment variables and standard input, and descriptions of texts that are not keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "input.hpp"
#include "issuer.hpp"
#include "key_text.hpp"

namespace credence::command {

/// The options of the command line that name a key.
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

/// The use of a key; for a conversion, either half of a pair is right.
enum class Purpose : std::uint8_t { sign, verify, convert };

/// The key that the arguments name. Throws `Failure` if there is none, or it cannot be read.
[[nodiscard]] LoadedKey load_key(const KeyArguments& arguments);

/// A key, or a JWK Set, in whatever form the bytes are.
[[nodiscard]] KeyText recognised(const detail::SecretBytes& bytes);

/// The algorithms among `wanted` that a key serves; if `wanted` is empty, those that the key is restricted to. Throws
/// `Failure` if it serves none, if a name is unknown, and if several are possible and none was named.
[[nodiscard]] std::vector<std::string> served_algorithms(const LoadedKey& key, Purpose purpose,
                                                         const std::vector<std::string>& wanted);

/// One sentence about a key that cannot serve an algorithm: what was found, the reason, and what was expected.
[[nodiscard]] std::string complaint(const LoadedKey& key, Purpose purpose, const std::vector<std::string>& algorithms);

/// A short description of a key, without any part of it.
[[nodiscard]] std::string description(const KeyText& key);

/// Advice if no signature matches a secret that is base64 text; empty for other keys.
[[nodiscard]] std::string_view advice_for_secret(const KeyText& key);

/// Throws `Failure` unless the name is that of an algorithm to sign with.
void demand_algorithm(const std::string& name);

/// Throws `Failure` unless the name is that of an algorithm to sign with, or to manage the keys of encryption with.
void demand_any_algorithm(const std::string& name);

}  // namespace credence::command
