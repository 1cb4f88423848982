// SPDX-License-Identifier: MIT
// Exports keys: JWK, JWK Set, PEM and thumbprints. Public unless the function's name says otherwise. RFC 7517
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_writer.hpp>

#include <concepts>
#include <string>

namespace credence {

/// A key for signed tokens: a `DecodingKey`, an `EncodingKey` or a `Keys`.
template <class Key>
concept JwsKey = requires { typename Key::algorithm; } && (std::same_as<Key, DecodingKey<typename Key::algorithm>> ||
                                                           std::same_as<Key, EncodingKey<typename Key::algorithm>> ||
                                                           std::same_as<Key, Keys<typename Key::algorithm>>);

/// One of them that can sign: an `EncodingKey` or a `Keys`.
template <class Key>
concept SigningKey = JwsKey<Key> && !std::same_as<Key, DecodingKey<typename Key::algorithm>>;

namespace detail {

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

template <JwsKey Key>
[[nodiscard]] Result<JwkFields> public_jwk(const Key& key) {
    using Alg = typename Key::algorithm;
    say_that_a_secret_is_not_public<Alg>();
    if constexpr (PublicKeyAlgorithm<Alg>) {
        return whole_jwk<Alg>(KeyAccess::prepared(decoding_half(key)), key.kid(), KeyHalf::public_half);
    } else {
        return Errc::invalid_key;
    }
}

}  // namespace detail

/// The public half of a key as a JWK, with `alg`, `use` and, if it has one, `kid`. RFC 7517 §4
///
/// \param key  a `DecodingKey`, `EncodingKey` or `Keys`; no private number is written.
/// \return the text; `invalid_json` if the key id is not UTF-8; `invalid_key` if OpenSSL does not give the numbers.
template <JwsKey Key>
[[nodiscard]] Result<std::string> to_jwk(const Key& key) {
    const auto jwk = detail::public_jwk(key);
    if (!jwk) return jwk.error();
    return jwk->text();
}

/// The public halves of keys, of any algorithms, as a JWK Set, for the verifiers of a server's tokens. RFC 7517 §5
///
/// \return the text; the errors of `to_jwk`, for the set as a whole.
template <JwsKey... AnyKeys>
[[nodiscard]] Result<std::string> to_jwks(const AnyKeys&... keys) {
    std::string text;
    detail::JsonWriter writer{text};
    writer.open('{');
    static_cast<void>(writer.name("keys"));
    writer.open('[');
    Result<void> done;
    [[maybe_unused]] const auto add = [&](const Result<detail::JwkFields>& jwk) {
        writer.element();
        if (!jwk) done = jwk.error();
        if (jwk && !jwk->write(writer)) done = Error{Errc::invalid_json, {}, detail::kid_not_utf8};
    };
    (add(detail::public_jwk(keys)), ...);
    if (!done) return done.error();
    writer.close(']');
    writer.close('}');
    return text;
}

/// The public half of a key as PEM, `PUBLIC KEY`; `invalid_key` if OpenSSL does not write it. RFC 7468 §13
template <JwsKey Key>
[[nodiscard]] Result<std::string> to_pem(const Key& key) {
    detail::say_that_a_secret_is_not_public<typename Key::algorithm>();
    if constexpr (PublicKeyAlgorithm<typename Key::algorithm>) {
        return detail::public_pem(detail::KeyAccess::prepared(detail::decoding_half(key)).native());
    } else {
        return Errc::invalid_key;
    }
}

/// The thumbprint of a key, with SHA-256, in base64url: 43 characters. A good key id, because it depends on the key
/// alone. RFC 7638
///
/// Both halves have the same thumbprint. That of a shared secret is a hash of the secret: safe to show if the secret is
/// long enough for its algorithm, but not if it is a short one. `invalid_key` if OpenSSL does not give the numbers or
/// the hash.
template <JwsKey Key>
[[nodiscard]] Result<std::string> thumbprint(const Key& key) {
    const auto jwk =
        detail::key_members(detail::KeyAccess::prepared(detail::decoding_half(key)), detail::KeyHalf::public_half);
    if (!jwk) return jwk.error();
    return detail::thumbprint_of(*jwk);
}

/// The same key with its thumbprint as key id. Errors as of `thumbprint`.
template <JwsKey Key>
[[nodiscard]] Result<Key> with_thumbprint_kid(const Key& key) {
    const Result<std::string> kid = thumbprint(key);
    if (!kid) return kid.error();
    return key.with_kid(*kid);
}

/// A private key as PEM, encrypted with a passphrase, `ENCRYPTED PRIVATE KEY`. RFC 7468 §11
///
/// \return the text; `invalid_key` for an empty passphrase, and for a key whose private half OpenSSL does not give.
template <SigningKey Key>
    requires PublicKeyAlgorithm<typename Key::algorithm>
[[nodiscard]] Result<std::string> to_encrypted_private_pem(const Key& key, KeyOptions options) {
    return detail::encrypted_pem(detail::KeyAccess::prepared(detail::encoding_half(key)).native(),
                                 options.passphrase.text());
}

/// A private key as PEM, `PRIVATE KEY`, unencrypted. RFC 7468 §10
template <SigningKey Key>
    requires PublicKeyAlgorithm<typename Key::algorithm>
[[nodiscard]] Result<std::string> export_private_pem_in_the_clear(const Key& key) {
    return detail::private_pem(detail::KeyAccess::prepared(detail::encoding_half(key)).native());
}

/// A private key or a shared secret as a JWK, unencrypted. RFC 7517 §9.2
template <SigningKey Key>
[[nodiscard]] Result<std::string> export_private_jwk_in_the_clear(const Key& key) {
    const auto jwk = detail::whole_jwk<typename Key::algorithm>(detail::KeyAccess::prepared(detail::encoding_half(key)),
                                                                key.kid(), detail::KeyHalf::private_half);
    if (!jwk) return jwk.error();
    return jwk->text();
}

/// The bytes of a shared secret.
template <SigningKey Key>
    requires SharedSecretAlgorithm<typename Key::algorithm>
[[nodiscard]] std::string export_secret_in_the_clear(const Key& key) {
    return std::string{detail::as_text(detail::KeyAccess::prepared(detail::encoding_half(key)).secret())};
}

}  // namespace credence
