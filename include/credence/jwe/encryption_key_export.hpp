// SPDX-License-Identifier: MIT
// Exports keys for encryption: JWK, JWK Set, PEM and thumbprints. Public unless the function's name says otherwise. The
// functions have the same names as for signing keys. RFC 7517
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/jwe/detail/management_key.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_writer.hpp>

#include <concepts>
#include <string>

namespace credence {

/// A key for encrypted tokens: an `EncryptionKey`, a `DecryptionKey` or `EncryptionKeys`.
template <class Key>
concept JweKey = requires { typename Key::algorithm; } && (std::same_as<Key, EncryptionKey<typename Key::algorithm>> ||
                                                           std::same_as<Key, DecryptionKey<typename Key::algorithm>> ||
                                                           std::same_as<Key, EncryptionKeys<typename Key::algorithm>>);

/// One of them that can decrypt: a `DecryptionKey` or `EncryptionKeys`.
template <class Key>
concept DecryptingKey = JweKey<Key> && !std::same_as<Key, EncryptionKey<typename Key::algorithm>>;

namespace detail {

template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const EncryptionKey<Alg>& key) {
    return KeyAccess::shared(key);
}
template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const DecryptionKey<Alg>& key) {
    return KeyAccess::shared(key);
}
template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const EncryptionKeys<Alg>& keys) {
    return KeyAccess::shared(keys.decryption);
}

template <class Alg>
constexpr void say_that_an_encryption_secret_is_not_public() {
    constexpr bool key_has_a_public_half = PublicKeyManagement<Alg>;
    static_assert(key_has_a_public_half,
                  "credence: dir, A*KW and A*GCMKW have a shared secret, which has no public form; "
                  "export_private_jwk_in_the_clear writes the secret itself");
}

/// The members that make up a key. `half` is ignored for a secret.
[[nodiscard]] inline Result<JwkFields> management_members(const ManagementKey& key, KeyHalf half) {
    JwkFields jwk;
    if (has_shared_secret(key.scheme)) {
        jwk.put("kty", "oct");
        jwk.put("k", encode_base64url(as_text(key.secret.view())));
    } else if (!put_key(jwk, key.key.get(), half)) {
        return bad_key(no_parameters);
    }
    return jwk;
}

/// A key with its `alg`, `use`, and `kid` if it has one.
[[nodiscard]] inline Result<JwkFields> whole_management_jwk(const ManagementKey& key, const std::string& kid,
                                                            KeyHalf half) {
    Result<JwkFields> jwk = management_members(key, half);
    if (!jwk) return jwk.error();
    jwk->put("alg", std::string{key.only_content ? to_string(*key.only_content) : key.alg});
    jwk->put("use", "enc");
    if (!kid.empty()) jwk->put("kid", kid);
    return jwk;
}

template <JweKey Key>
[[nodiscard]] Result<JwkFields> public_jwk(const Key& key) {
    say_that_an_encryption_secret_is_not_public<typename Key::algorithm>();
    if constexpr (PublicKeyManagement<typename Key::algorithm>) {
        return whole_management_jwk(*prepared_half(key), key.kid(), KeyHalf::public_half);
    } else {
        return Errc::invalid_key;
    }
}

}  // namespace detail

/// The public half of a key as a JWK, with `alg`, `"use":"enc"` and, if it has one, `kid`, for a recipient to publish.
/// RFC 7517 §4
///
/// \param key  an `EncryptionKey`, a `DecryptionKey` or `EncryptionKeys`; no private number is written.
/// \return the text; `invalid_json` if the key id is not UTF-8; `invalid_key` if OpenSSL does not give the numbers.
template <JweKey Key>
[[nodiscard]] Result<std::string> to_jwk(const Key& key) {
    const auto jwk = detail::public_jwk(key);
    if (!jwk) return jwk.error();
    return jwk->text();
}

/// The public halves of keys as a JWK Set, for encryption as well as for signatures. RFC 7517 §5
///
/// \return the text; the errors of `to_jwk`, for the set as a whole.
template <class... AnyKeys>
    requires((JwsKey<AnyKeys> || JweKey<AnyKeys>) && ...) && (JweKey<AnyKeys> || ...)
[[nodiscard]] Result<std::string> to_jwks(const AnyKeys&... keys) {
    std::string text;
    detail::JsonWriter writer{text};
    writer.open('{');
    static_cast<void>(writer.name("keys"));
    writer.open('[');
    Result<void> done;
    const auto add = [&](const Result<detail::JwkFields>& jwk) {
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
template <JweKey Key>
[[nodiscard]] Result<std::string> to_pem(const Key& key) {
    detail::say_that_an_encryption_secret_is_not_public<typename Key::algorithm>();
    if constexpr (PublicKeyManagement<typename Key::algorithm>) {
        return detail::public_pem(detail::prepared_half(key)->key.get());
    } else {
        return Errc::invalid_key;
    }
}

/// The thumbprint of a key, with SHA-256, in base64url: 43 characters. Both halves have the same one. RFC 7638
///
/// That of a shared secret is a hash of the secret. `invalid_key` if OpenSSL does not give the numbers or the hash.
template <JweKey Key>
[[nodiscard]] Result<std::string> thumbprint(const Key& key) {
    const auto jwk = detail::management_members(*detail::prepared_half(key), detail::KeyHalf::public_half);
    if (!jwk) return jwk.error();
    return detail::thumbprint_of(*jwk);
}

/// The same key with its thumbprint as key id. Errors as of `thumbprint`.
template <JweKey Key>
[[nodiscard]] Result<Key> with_thumbprint_kid(const Key& key) {
    const Result<std::string> kid = credence::thumbprint(key);
    if (!kid) return kid.error();
    return key.with_kid(*kid);
}

/// A private key as PEM, encrypted with a passphrase, `ENCRYPTED PRIVATE KEY`. RFC 7468 §11
///
/// \return the text; `invalid_key` for an empty passphrase, and for a key whose private half OpenSSL does not give.
template <DecryptingKey Key>
    requires PublicKeyManagement<typename Key::algorithm>
[[nodiscard]] Result<std::string> to_encrypted_private_pem(const Key& key, KeyOptions options) {
    return detail::encrypted_pem(detail::prepared_half(key)->key.get(), options.passphrase.text());
}

/// A private key as PEM, `PRIVATE KEY`, unencrypted. RFC 7468 §10
template <DecryptingKey Key>
    requires PublicKeyManagement<typename Key::algorithm>
[[nodiscard]] Result<std::string> export_private_pem_in_the_clear(const Key& key) {
    return detail::private_pem(detail::prepared_half(key)->key.get());
}

/// A private key or a shared secret as a JWK, unencrypted. RFC 7517 §9.2
template <DecryptingKey Key>
[[nodiscard]] Result<std::string> export_private_jwk_in_the_clear(const Key& key) {
    const auto jwk =
        detail::whole_management_jwk(*detail::prepared_half(key), key.kid(), detail::KeyHalf::private_half);
    if (!jwk) return jwk.error();
    return jwk->text();
}

/// The bytes of a shared secret.
template <DecryptingKey Key>
    requires SharedKeyManagement<typename Key::algorithm>
[[nodiscard]] std::string export_secret_in_the_clear(const Key& key) {
    return std::string{detail::as_text(detail::prepared_half(key)->secret.view())};
}

}  // namespace credence
