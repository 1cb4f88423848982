// SPDX-License-Identifier: MIT
// The halves of a key for signed tokens, and the members of its JWK. RFC 7517 §4
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/hmac.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_writer.hpp>

#include <concepts>
#include <string>

namespace credence::detail {

template <Algorithm Alg>
[[nodiscard]] DecodingKey<Alg> decoding_half(const DecodingKey<Alg>& key) {
    return key;
}
template <Algorithm Alg>
[[nodiscard]] DecodingKey<Alg> decoding_half(const EncodingKey<Alg>& key) {
    return key.decoding();
}
template <Algorithm Alg>
[[nodiscard]] DecodingKey<Alg> decoding_half(const Keys<Alg>& keys) {
    return keys.decoding;
}

template <Algorithm Alg>
[[nodiscard]] EncodingKey<Alg> encoding_half(const EncodingKey<Alg>& key) {
    return key;
}
template <Algorithm Alg>
[[nodiscard]] EncodingKey<Alg> encoding_half(const Keys<Alg>& keys) {
    return keys.encoding;
}

template <class Alg>
constexpr void say_that_a_secret_is_not_public() {
    constexpr bool key_has_a_public_half = PublicKeyAlgorithm<Alg>;
    static_assert(
        key_has_a_public_half,
        "credence: a shared secret has no public form; export_private_jwk_in_the_clear writes the secret itself");
}

/// The members that make up a key. `half` is ignored for a secret.
template <class Prepared>
[[nodiscard]] Result<JwkFields> key_members(const Prepared& key, KeyHalf half) {
    JwkFields jwk;
    if constexpr (std::same_as<Prepared, HmacKey>) {
        jwk.put("kty", "oct");
        jwk.put("k", encode_base64url(as_text(key.secret())));
    } else if (!put_key(jwk, key.native(), half)) {
        return bad_key(no_parameters);
    }
    return jwk;
}

/// A key with its `alg`, `use`, and `kid` if it has one.
template <Algorithm Alg, class Prepared>
[[nodiscard]] Result<JwkFields> whole_jwk(const Prepared& key, const std::string& kid, KeyHalf half) {
    Result<JwkFields> jwk = key_members(key, half);
    if (!jwk) return jwk.error();
    jwk->put("alg", std::string{Alg::name});
    jwk->put("use", "sig");
    if (!kid.empty()) jwk->put("kid", kid);
    return jwk;
}

/// The public half of a `DecodingKey`, an `EncodingKey` or a `Keys`.
template <class Key>
    requires requires(const Key& key) { decoding_half(key); }
[[nodiscard]] Result<JwkFields> public_jwk(const Key& key) {
    using Alg = typename Key::algorithm;
    say_that_a_secret_is_not_public<Alg>();
    if constexpr (PublicKeyAlgorithm<Alg>) {
        return whole_jwk<Alg>(KeyAccess::prepared(decoding_half(key)), key.kid(), KeyHalf::public_half);
    } else {
        return Errc::invalid_key;
    }
}

}  // namespace credence::detail
