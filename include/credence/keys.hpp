// SPDX-License-Identifier: MIT
// Keys, each for exactly one algorithm: one half signs, the other verifies, and the pair holds both.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/detail/key_material_sources.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace credence {

template <Algorithm Alg>
class EncodingKey;
template <Algorithm Alg>
struct Keys;

/// Says, where it is written, that a secret may be shorter than the hash. See `allow_short_secret`.
struct AllowShortSecret {
    explicit AllowShortSecret() = default;
};

/// Lets `from_secret` take a secret that RFC 7518 §3.2 forbids for being short. Whoever has one token can search for
/// such a secret at leisure, without asking the server. An empty secret, and a PEM, JWK, SSH or DER key in a secret's
/// place, or the base64 of one, stay refused.
inline constexpr AllowShortSecret allow_short_secret{};

/// How to read a private key, or to write an encrypted one. For one call: the passphrase is borrowed, not kept.
struct KeyOptions {
    /// For a key that is encrypted; otherwise it is not looked at. Nobody is ever asked for one on a terminal.
    detail::InputBytes passphrase = {};
};

namespace detail {

/// The sentence for `Keys<RS256>::from_secret` and its like. A `requires` alone would only say that nothing fits.
template <class Alg>
constexpr void say_that_only_hmac_has_a_secret() {
    constexpr bool algorithm_has_a_secret = SharedSecretAlgorithm<Alg>;
    static_assert(
        algorithm_has_a_secret,
        "credence: from_secret is for HS256, HS384 and HS512; a key of this algorithm comes from_pem, from_der or "
        "from_jwk, or is made by Keys<Alg>::generate()");
}

/// The sentence for `Keys<HS256>::from_pem` and its like.
template <class Alg>
constexpr void say_that_hmac_has_no_key_file() {
    constexpr bool algorithm_has_a_key_pair = PublicKeyAlgorithm<Alg>;
    static_assert(algorithm_has_a_key_pair,
                  "credence: HS256, HS384 and HS512 have a shared secret and no key file; use from_secret or from_jwk");
}

}  // namespace detail

/// A key that can check signatures of exactly one algorithm.
///
/// The algorithm is part of the type. A token never chooses it: `decode` compares the header's `alg` with `Alg::name`
/// and does nothing else with it, so the attack of RFC 8725 §2.1 (a public RSA key used as an HMAC secret) has no
/// spelling in this API.
///
/// Immutable after construction, and cheap to copy: copies share one prepared key. Use one object from any number of
/// threads. There is no move: a key that was moved from would have to be an empty one.
template <Algorithm Alg>
class DecodingKey {
public:
    /// The one algorithm.
    using algorithm = Alg;

    DecodingKey(const DecodingKey&) = default;
    DecodingKey& operator=(const DecodingKey&) = default;
    ~DecodingKey() = default;

    /// Takes a shared secret, as raw bytes: text, or a span or container of bytes.
    ///
    /// \param secret  at least as many bytes as the hash has (32 for HS256).
    /// \return the key; `key_too_short` when RFC 7518 §3.2 demands more bytes; `invalid_key` when it is a PEM, JWK, SSH
    ///         or DER key, or the base64 of one, which is never a secret.
    static Result<DecodingKey> from_secret(detail::InputBytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return made_of(detail::hmac_from_secret(Alg::scheme.hash, secret, false));
    }

    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<DecodingKey> from_secret(detail::InputBytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return made_of(detail::hmac_from_secret(Alg::scheme.hash, secret, true));
    }

    /// Takes a public key from PEM: `PUBLIC KEY`, `RSA PUBLIC KEY`, or a `CERTIFICATE`. RFC 7468
    ///
    /// Of a certificate only the key is used: its dates, its chain and its purposes are not looked at.
    /// \return the key; `key_too_short` for RSA under 2048 bits; else `invalid_key`: another key type or curve than the
    ///         algorithm's, a bad RSA exponent or point, a private key, not exactly one PEM block.
    static Result<DecodingKey> from_pem(detail::InputBytes text)
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::public_from_pem(text.text(), Alg::scheme));
    }

    /// Takes a public key from DER, of the same forms as PEM. Errors as of `from_pem`.
    static Result<DecodingKey> from_der(detail::InputBytes der)
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::public_from_der(der.bytes(), Alg::scheme));
    }

    /// Takes a JWK, a public one or for HMAC a shared one, and its `kid`. RFC 7517, RFC 7518 §6, RFC 8037 §2
    ///
    /// \return the key; the codes of `from_secret` and `from_pem`, and `invalid_key` when its `alg`, `use` or `key_ops`
    ///         does not allow it to verify this algorithm, and when a number is not written as the RFCs say.
    static Result<DecodingKey> from_jwk(detail::InputBytes text) {
        return made_of(detail::decoding_from_jwk<Alg>(text.text()));
    }

    /// Takes a public key that OpenSSL already has, and shares it: it must not be changed afterwards. Errors as of
    /// `from_pem`; null is `invalid_key`.
    static Result<DecodingKey> from_evp_pkey(detail::NativeKey* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::public_from_native(key, Alg::scheme));
    }

    // These two say in a sentence why there is no such key.
    template <class Other = Alg>
    static Result<DecodingKey> from_secret(detail::InputBytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<DecodingKey> from_pem(detail::InputBytes)
        requires SharedSecretAlgorithm<Alg>
    {
        detail::say_that_hmac_has_no_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The key id, empty when there is none. It is not compared with a token's: a single key is tried whatever `kid`
    /// says.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] DecodingKey with_kid(std::string kid) const { return DecodingKey{key_, std::move(kid)}; }

    /// A single key always gives the same answer to `find`, so a verifier may remember it.
    static constexpr bool is_fixed = true;

    /// Whether a header's `alg`, byte for byte, is this key's algorithm.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return alg == Alg::name; }

    /// The key itself, for any `kid`. For verifiers.
    [[nodiscard]] Result<const detail::VerifyKeyOf<Alg>*> find(std::string_view /*alg*/, KeyId /*kid*/) const {
        return key_.get();
    }

    /// The prepared key. For the library's own use.
    [[nodiscard]] const detail::VerifyKeyOf<Alg>& detail_key() const noexcept { return *key_; }

    /// The prepared key with a share in it. For the library's own use.
    [[nodiscard]] std::shared_ptr<const detail::VerifyKey> detail_share() const noexcept { return key_; }

private:
    friend class EncodingKey<Alg>;

    using Prepared = detail::VerifyKeyOf<Alg>;

    DecodingKey(std::shared_ptr<const Prepared> key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static Result<DecodingKey> made_of(const detail::KeyResult<std::shared_ptr<const Prepared>>& made) {
        if (!made) return made.error().code;
        return DecodingKey{*made, {}};
    }
    static Result<DecodingKey> made_of(const detail::KeyResult<detail::NamedKey<Prepared>>& made) {
        if (!made) return made.error().code;
        return DecodingKey{made->key, made->kid};
    }

    std::shared_ptr<const Prepared> key_;
    std::string kid_;
};

/// A key that can make signatures of exactly one algorithm.
///
/// Immutable after construction, and cheap to copy: copies share one prepared key, which is wiped when the last of them
/// is dropped. Use one object from any number of threads.
template <Algorithm Alg>
class EncodingKey {
public:
    /// The one algorithm.
    using algorithm = Alg;

    EncodingKey(const EncodingKey&) = default;
    EncodingKey& operator=(const EncodingKey&) = default;
    ~EncodingKey() = default;

    /// Takes a shared secret. See `DecodingKey::from_secret`.
    static Result<EncodingKey> from_secret(detail::InputBytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return made_of(detail::hmac_from_secret(Alg::scheme.hash, secret, false));
    }
    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<EncodingKey> from_secret(detail::InputBytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return made_of(detail::hmac_from_secret(Alg::scheme.hash, secret, true));
    }

    /// Takes a private key from PEM: `PRIVATE KEY`, `RSA PRIVATE KEY`, `EC PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`, or
    /// one of the former with `Proc-Type: 4,ENCRYPTED`.
    ///
    /// \return the key; the codes of `DecodingKey::from_pem`, and `invalid_key` for a public key, for one whose halves
    ///         do not belong together, and for a passphrase that is absent or wrong.
    static Result<EncodingKey> from_pem(detail::InputBytes text, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::private_from_pem(text.text(), options.passphrase.text(), Alg::scheme));
    }

    /// Takes a private key from DER, of the same forms as PEM.
    static Result<EncodingKey> from_der(detail::InputBytes der, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::private_from_der(der.bytes(), options.passphrase.text(), Alg::scheme));
    }

    /// Takes a private or shared JWK that allows to sign, and its `kid`. See `DecodingKey::from_jwk`.
    static Result<EncodingKey> from_jwk(detail::InputBytes text) {
        return made_of(detail::encoding_from_jwk<Alg>(text.text(), false));
    }

    /// Takes a key pair that OpenSSL already has, and shares it: it must not be changed afterwards.
    static Result<EncodingKey> from_evp_pkey(detail::NativeKey* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return made_of(detail::private_from_native(key, Alg::scheme));
    }

    // As in DecodingKey: for the sentence.
    template <class Other = Alg>
    static Result<EncodingKey> from_secret(detail::InputBytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<EncodingKey> from_pem(detail::InputBytes, KeyOptions = {})
        requires SharedSecretAlgorithm<Alg>
    {
        detail::say_that_hmac_has_no_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The half that verifies: the same secret, or the public key. It has the same key id.
    [[nodiscard]] DecodingKey<Alg> decoding() const {
        if constexpr (SharedSecretAlgorithm<Alg>) {
            return DecodingKey<Alg>{key_, kid_};
        } else {
            return DecodingKey<Alg>{key_->public_half(), kid_};
        }
    }

    /// The key id that `encode` writes into the header, empty when there is none.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] EncodingKey with_kid(std::string kid) const { return EncodingKey{key_, std::move(kid)}; }

    /// The prepared key. For the library's own use.
    [[nodiscard]] const detail::SignKeyOf<Alg>& detail_key() const noexcept { return *key_; }

private:
    friend struct Keys<Alg>;

    using Prepared = detail::SignKeyOf<Alg>;

    EncodingKey(std::shared_ptr<const Prepared> key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static Result<EncodingKey> made_of(const detail::KeyResult<std::shared_ptr<const Prepared>>& made) {
        if (!made) return made.error().code;
        return EncodingKey{*made, {}};
    }
    static Result<EncodingKey> made_of(const detail::KeyResult<detail::NamedKey<Prepared>>& made) {
        if (!made) return made.error().code;
        return EncodingKey{made->key, made->kid};
    }

    std::shared_ptr<const Prepared> key_;
    std::string kid_;
};

/// Both halves of a key. Give it to `encode` or to `decode` alike: each takes the half that it needs.
template <Algorithm Alg>
struct Keys {
    /// The one algorithm.
    using algorithm = Alg;

    EncodingKey<Alg> encoding;  ///< The half that signs.
    DecodingKey<Alg> decoding;  ///< The half that verifies.

    /// Takes a shared secret. See `DecodingKey::from_secret`.
    static Result<Keys> from_secret(detail::InputBytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return both_of(EncodingKey<Alg>::from_secret(secret));
    }
    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<Keys> from_secret(detail::InputBytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return both_of(EncodingKey<Alg>::from_secret(secret, allow_short_secret));
    }

    /// Takes a private key, from which the public one follows. See `EncodingKey::from_pem`.
    static Result<Keys> from_pem(detail::InputBytes text, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return both_of(EncodingKey<Alg>::from_pem(text, options));
    }
    /// Takes a private key from DER, of the same forms as PEM. See `EncodingKey::from_der`.
    static Result<Keys> from_der(detail::InputBytes der, KeyOptions options = {})
        requires PublicKeyAlgorithm<Alg>
    {
        return both_of(EncodingKey<Alg>::from_der(der, options));
    }
    /// Takes a key pair that OpenSSL already has, and shares it. See `EncodingKey::from_evp_pkey`.
    static Result<Keys> from_evp_pkey(detail::NativeKey* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return both_of(EncodingKey<Alg>::from_evp_pkey(key));
    }

    /// Takes a private or shared JWK that allows both to sign and to verify, and its `kid`. See
    /// `EncodingKey::from_jwk`.
    static Result<Keys> from_jwk(detail::InputBytes text) {
        return both_of(EncodingKey<Alg>::made_of(detail::encoding_from_jwk<Alg>(text.text(), true)));
    }

    /// Makes a new random key: a secret as long as the hash, RSA of 2048 bits, the algorithm's curve, Ed25519 for
    /// `EdDSA`.
    ///
    /// \return the keys, without a key id; `invalid_key` when the system has no randomness, or OpenSSL not the curve.
    static Result<Keys> generate() {
        if constexpr (SharedSecretAlgorithm<Alg>) {
            return both_of(EncodingKey<Alg>::made_of(detail::generate_hmac(Alg::scheme.hash)));
        } else {
            return both_of(EncodingKey<Alg>::made_of(detail::generate_private(Alg::scheme)));
        }
    }

    // As in DecodingKey: for the sentence.
    template <class Other = Alg>
    static Result<Keys> from_secret(detail::InputBytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<Keys> from_pem(detail::InputBytes, KeyOptions = {})
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

    /// The half that is asked for.
    operator const EncodingKey<Alg>&() const noexcept { return encoding; }
    operator const DecodingKey<Alg>&() const noexcept { return decoding; }

private:
    static Result<Keys> both_of(const Result<EncodingKey<Alg>>& key) {
        if (!key) return key.error();
        return Keys{*key, key->decoding()};
    }
};

}  // namespace credence
