// SPDX-License-Identifier: MIT
// A key that signs, for exactly one algorithm.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/decoding_key.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_import.hpp>

#include <memory>
#include <string>
#include <utility>

#include <openssl/types.h>

namespace credence {

template <Algorithm Alg>
struct Keys;

/// A key that can make signatures of exactly one algorithm.
///
/// Immutable after construction, and cheap to copy: copies share one prepared key, which is wiped when the last of them
/// is dropped. Use one object from any number of threads.
template <Algorithm Alg>
class EncodingKey {
public:
    /// The algorithm.
    using algorithm = Alg;

    EncodingKey(const EncodingKey&) = default;
    EncodingKey& operator=(const EncodingKey&) = default;
    ~EncodingKey() = default;

    /// Takes a shared secret. See `DecodingKey::from_secret`.
    static Result<EncodingKey> from_secret(Bytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return from_prepared(detail::hmac_from_secret(detail::scheme_of<Alg>.hash, secret, false));
    }
    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<EncodingKey> from_secret(Bytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return from_prepared(detail::hmac_from_secret(detail::scheme_of<Alg>.hash, secret, true));
    }

    /// Takes a private key from PEM: `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`, or
    /// one of the former with `Proc-Type: 4,ENCRYPTED`.
    ///
    /// \return the key; the codes of `DecodingKey::from_pem`, and `invalid_key` for a public key, for halves that
    ///         do not belong together, and for a missing or wrong passphrase.
    static Result<EncodingKey> from_pem(Bytes text, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::private_from_pem(text.text(), options.passphrase.text(), detail::scheme_of<Alg>));
    }

    /// Takes a private key from DER, of the same forms as PEM.
    static Result<EncodingKey> from_der(Bytes der, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::private_from_der(der.bytes(), options.passphrase.text(), detail::scheme_of<Alg>));
    }

    /// Takes a private or shared JWK that allows to sign, and its `kid`. See `DecodingKey::from_jwk`.
    static Result<EncodingKey> from_jwk(Bytes text) {
        return from_prepared(detail::encoding_from_jwk<Alg>(text.text(), false));
    }

    /// Takes a key pair that OpenSSL already has, and shares it: it must not be changed afterwards.
    static Result<EncodingKey> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::private_from_native(key, detail::scheme_of<Alg>));
    }

    // Only for compile errors.
    template <class Other = Alg>
    static Result<EncodingKey> from_secret(Bytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<EncodingKey> from_pem(Bytes, KeyOptions = {})
        requires SharedSecretAlgorithm<Alg>
    {
        detail::say_that_hmac_has_no_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The verifying half: the same secret, or the public key, with the same key id.
    [[nodiscard]] DecodingKey<Alg> decoding() const {
        if constexpr (SharedSecretAlgorithm<Alg>) {
            return DecodingKey<Alg>{key_, kid_};
        } else {
            return DecodingKey<Alg>{key_->public_half(), kid_};
        }
    }

    /// The key id that `encode` writes into the header; empty if there is none.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] EncodingKey with_kid(std::string kid) const { return EncodingKey{key_, std::move(kid)}; }

private:
    friend struct Keys<Alg>;
    friend struct detail::KeyAccess;

    using Prepared = detail::SignKeyOf<Alg>;

    EncodingKey(std::shared_ptr<const Prepared> key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static Result<EncodingKey> from_prepared(const Result<std::shared_ptr<const Prepared>>& made) {
        if (!made) return made.error();
        return EncodingKey{*made, {}};
    }
    static Result<EncodingKey> from_prepared(const Result<detail::NamedKey<Prepared>>& made) {
        if (!made) return made.error();
        return EncodingKey{made->key, made->kid};
    }

    std::shared_ptr<const Prepared> key_;
    std::string kid_;
};

}  // namespace credence
