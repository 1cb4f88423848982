// SPDX-License-Identifier: MIT
// Exports keys: JWK, JWK Set, PEM and thumbprints. Public unless the function's name says otherwise. RFC 7517
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/exported_key.hpp>
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
    return detail::jwk_set_text({detail::public_jwk(keys)...});
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
