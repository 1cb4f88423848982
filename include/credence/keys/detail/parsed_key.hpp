// SPDX-License-Identifier: MIT
// A key as it was read, in any format: the step between a text and the checks for an algorithm.
#pragma once

#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/jwk_key.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/pem_key.hpp>

#include <string_view>
#include <utility>

namespace credence::detail {

/// A key of which only the format was checked. It may still be short, weak or off its curve; the checks for an
/// algorithm find that. It is not for any particular algorithm yet.
struct ParsedKey {
    KeyHandle key = nullptr;  ///< a public key or a key pair; null for a shared secret
    SecretBytes secret = {};  ///< a shared secret, as bytes
    bool is_private = false;  ///< whether it is known to have a private half
};

[[nodiscard]] inline Result<ParsedKey> parsed(Result<KeyHandle> key, bool is_private) {
    if (!key) return std::move(key).error();
    return Result<ParsedKey>{ParsedKey{.key = *std::move(key), .is_private = is_private}};
}

/// Reads PEM. See `read_pem`.
[[nodiscard]] inline Result<ParsedKey> parse_pem(std::string_view text, KeyHalf wanted, std::string_view passphrase) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    return parsed(read_pem(text, wanted, passphrase), wanted == KeyHalf::private_half);
}

/// Reads DER. See `read_der`.
[[nodiscard]] inline Result<ParsedKey> parse_der(ByteView der, KeyHalf wanted, std::string_view passphrase) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    return parsed(read_der(der, wanted, passphrase), wanted == KeyHalf::private_half);
}

/// Reads a JWK of any type. Its permitted uses are not checked here: see `check_jwk_use`. RFC 7517 §4.1
[[nodiscard]] inline Result<ParsedKey> parse_jwk(const Jwk& jwk) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    if (!jwk.is_object()) return bad_key("not an object");
    if (!jwk.string("kty"))
        return bad_key(jwk.array("keys").empty() ? "it has no kty" : "a JWK Set; use KeySet::from_jwks");
    if (jwk.has_escaped_secret()) return bad_key("a secret or private number is written with JSON escapes");
    if (jwk.says("kty", "oct")) {
        auto secret = bytes_of(jwk, "k");
        if (!secret) return bad_key("k is missing or not base64url");
        return Result<ParsedKey>{ParsedKey{.secret = *std::move(secret)}};
    }
    Result<KeyHandle> key = jwk.says("kty", "RSA")   ? read_rsa_jwk(jwk)
                            : jwk.says("kty", "EC")  ? read_ec_jwk(jwk)
                            : jwk.says("kty", "OKP") ? read_okp_jwk(jwk)
                                                     : Result<KeyHandle>{bad_key(another_key_type)};
    if (key && !*key) return bad_key("its numbers do not make a key");
    return parsed(std::move(key), has_private_members(jwk));
}

}  // namespace credence::detail
