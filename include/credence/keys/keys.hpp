// SPDX-License-Identifier: MIT
// Both halves of a key, for exactly one algorithm: one signs, the other verifies.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/decoding_key.hpp>
#include <credence/keys/encoding_key.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_import.hpp>

#include <string>

#include <openssl/types.h>

namespace credence {

/// Both halves of a key. Give it to `encode` or to `decode` alike: each takes the half that it needs.
template <Algorithm Alg>
struct Keys {
    /// The one algorithm.
    using algorithm = Alg;

    EncodingKey<Alg> encoding;  ///< The half that signs.
    DecodingKey<Alg> decoding;  ///< The half that verifies.

    /// Takes a shared secret. See `DecodingKey::from_secret`.
    static Result<Keys> from_secret(Bytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return make_pair(EncodingKey<Alg>::from_secret(secret));
    }
    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<Keys> from_secret(Bytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return make_pair(EncodingKey<Alg>::from_secret(secret, allow_short_secret));
    }

    /// Takes a private key, from which the public one follows. See `EncodingKey::from_pem`.
    static Result<Keys> from_pem(Bytes text, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return make_pair(EncodingKey<Alg>::from_pem(text, options));
    }
    /// Takes a private key from DER, of the same forms as PEM. See `EncodingKey::from_der`.
    static Result<Keys> from_der(Bytes der, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return make_pair(EncodingKey<Alg>::from_der(der, options));
    }
    /// Takes a key pair that OpenSSL already has, and shares it. See `EncodingKey::from_evp_pkey`.
    static Result<Keys> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return make_pair(EncodingKey<Alg>::from_evp_pkey(key));
    }

    /// Takes a private or shared JWK that allows both to sign and to verify, and its `kid`. See
    /// `EncodingKey::from_jwk`.
    static Result<Keys> from_jwk(Bytes text) {
        return make_pair(EncodingKey<Alg>::from_prepared(detail::encoding_from_jwk<Alg>(text.text(), true)));
    }

    /// Makes a new random key: a secret as long as the hash, RSA of 2048 bits, or a key on the algorithm's curve, which
    /// is Ed25519 for `EdDSA`.
    ///
    /// \return the keys, without a key id; `invalid_key` if the system has no randomness, or OpenSSL lacks the curve.
    static Result<Keys> generate() {
        if constexpr (SharedSecretAlgorithm<Alg>) {
            return make_pair(EncodingKey<Alg>::from_prepared(detail::generate_hmac(detail::scheme_of<Alg>.hash)));
        } else {
            return make_pair(EncodingKey<Alg>::from_prepared(detail::generate_private(detail::scheme_of<Alg>)));
        }
    }

    // As in DecodingKey: only for compile errors.
    template <class Other = Alg>
    static Result<Keys> from_secret(Bytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<Keys> from_pem(Bytes, KeyOptions = {})
        requires SharedSecretAlgorithm<Alg>
    {
        detail::say_that_hmac_has_no_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The key id of both halves.
    [[nodiscard]] const std::string& kid() const noexcept { return encoding.kid(); }

    /// The same keys with another key id.
    [[nodiscard]] Keys with_kid(const std::string& kid) const {
        return {encoding.with_kid(kid), decoding.with_kid(kid)};
    }

    /// The requested half.
    operator const EncodingKey<Alg>&() const noexcept { return encoding; }
    operator const DecodingKey<Alg>&() const noexcept { return decoding; }

private:
    static Result<Keys> make_pair(const Result<EncodingKey<Alg>>& key) {
        if (!key) return key.error();
        return Keys{*key, key->decoding()};
    }
};

}  // namespace credence
