// SPDX-License-Identifier: MIT
// Exports keys for encryption: JWK, JWK Set, PEM and thumbprints. Public unless the function's name says otherwise. The
// functions have the same names as for signing keys. RFC 7517
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/result.hpp>
#include <credence/jwe/detail/exported_encryption_key.hpp>
#include <credence/keys/detail/exported_key.hpp>
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
    return detail::jwk_set_text({detail::public_jwk(keys)...});
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
