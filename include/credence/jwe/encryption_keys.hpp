// SPDX-License-Identifier: MIT
// Keys for encrypted tokens, each for exactly one key management algorithm: one half encrypts, the other decrypts.
#pragma once

#include <credence/bytes.hpp>
#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwe/detail/management_key_import.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/types.h>

namespace credence {

template <KeyManagementAlgorithm Alg>
struct EncryptionKeys;

namespace detail {

/// The compile error for `EncryptionKey<RSA_OAEP>::from_secret` and the like.
template <class Alg>
constexpr void say_which_management_has_a_secret() {
    constexpr bool algorithm_has_a_secret = SharedKeyManagement<Alg>;
    static_assert(algorithm_has_a_secret,
                  "credence: from_secret is for dir, A*KW and A*GCMKW; a key for RSA-OAEP or ECDH-ES comes from_pem, "
                  "from_der or from_jwk");
}

/// The compile error for `EncryptionKey<dir>::from_pem` and the like.
template <class Alg>
constexpr void say_which_management_has_a_key_file() {
    constexpr bool algorithm_has_a_key_pair = PublicKeyManagement<Alg>;
    static_assert(algorithm_has_a_key_pair,
                  "credence: dir, A*KW and A*GCMKW have a shared secret and no key file; use from_secret or from_jwk");
}

}  // namespace detail

/// A key to encrypt tokens with, for exactly one key management algorithm: a recipient's public key, or a secret.
///
/// A key for signing cannot be used: the types differ, and a JWK whose `use`, `key_ops` or `alg` does not allow
/// encryption is refused. Immutable after construction, cheap to copy, shared by any number of threads.
template <KeyManagementAlgorithm Alg>
class EncryptionKey {
public:
    /// The algorithm.
    using algorithm = Alg;

    EncryptionKey(const EncryptionKey&) = default;
    EncryptionKey& operator=(const EncryptionKey&) = default;
    ~EncryptionKey() = default;

    /// Takes a shared secret, as raw bytes.
    ///
    /// \param secret  exactly as many bytes as the AES key of the algorithm has: 16 for A128KW. For `dir`, as many as
    ///                the key of the content algorithm: 32 for A256GCM and for A128CBC-HS256.
    /// \return the key; `key_too_short`; `invalid_key` if it is longer, or a key in one of the formats or encodings
    ///         that `allow_short_secret` lists.
    static Result<EncryptionKey> from_secret(Bytes secret)
        requires SharedKeyManagement<Alg>
    {
        return from_prepared(detail::shared_from_secret(secret, detail::management_of<Alg>));
    }

    /// Takes a recipient's public key from PEM. See `DecodingKey::from_pem`.
    ///
    /// \return the key; `key_too_short` for RSA under 2048 bits; else `invalid_key`: another key type, a curve other
    ///         than P-256, P-384, P-521, X25519 and X448, a bad RSA exponent, a point off its curve or of small order,
    ///         a private key.
    static Result<EncryptionKey> from_pem(Bytes text)
        requires PublicKeyManagement<Alg>
    {
        return from_prepared(detail::recipient_from_pem(text.text(), detail::management_of<Alg>));
    }

    /// Takes a recipient's public key from DER. Errors as of `from_pem`.
    static Result<EncryptionKey> from_der(Bytes der)
        requires PublicKeyManagement<Alg>
    {
        return from_prepared(detail::recipient_from_der(der.bytes(), detail::management_of<Alg>));
    }

    /// Takes a JWK, a public one or a shared one, and its `kid`. RFC 7517, RFC 7518 §6, RFC 8037 §2
    ///
    /// \return the key; the codes of `from_secret` and `from_pem`, and `invalid_key` if its `alg`, `use` or `key_ops`
    ///         does not allow it to encrypt with this algorithm. The `alg` of a `dir` key may also name the content
    ///         algorithm, which is then the only one that it serves.
    static Result<EncryptionKey> from_jwk(Bytes text) {
        return from_prepared(detail::management_from_jwk(text.text(), detail::management_of<Alg>,
                                                         detail::ManagementUse::encrypt, detail::prepare_other));
    }

    /// Takes a public key that OpenSSL already has, and shares it: it must not be changed afterwards. Errors as of
    /// `from_pem`; null is `invalid_key`.
    static Result<EncryptionKey> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyManagement<Alg>
    {
        return from_prepared(detail::recipient_from_native(key, detail::management_of<Alg>));
    }

    // Only for compile errors.
    template <class Other = Alg>
    static Result<EncryptionKey> from_secret(Bytes)
        requires PublicKeyManagement<Alg>
    {
        detail::say_which_management_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<EncryptionKey> from_pem(Bytes)
        requires SharedKeyManagement<Alg>
    {
        detail::say_which_management_has_a_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The key id that `encrypt` writes into the header; empty if there is none.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] EncryptionKey with_kid(std::string kid) const { return EncryptionKey{key_, std::move(kid)}; }

private:
    friend struct EncryptionKeys<Alg>;
    friend struct detail::KeyAccess;

    EncryptionKey(detail::SharedManagementKey key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static Result<EncryptionKey> from_prepared(const Result<detail::SharedManagementKey>& made) {
        if (!made) return made.error();
        return EncryptionKey{*made, {}};
    }
    static Result<EncryptionKey> from_prepared(
        const Result<detail::NamedManagement<detail::SharedManagementKey>>& made) {
        if (!made) return made.error();
        return EncryptionKey{made->key, made->kid};
    }

    detail::SharedManagementKey key_;
    std::string kid_;
};

/// A key to decrypt tokens with, for exactly one key management algorithm: a private key, or a secret.
///
/// A token never chooses the algorithm: `decrypt` compares the header's `alg` with `Alg::name`. Immutable after
/// construction, cheap to copy, shared by any number of threads.
template <KeyManagementAlgorithm Alg>
class DecryptionKey {
public:
    /// The algorithm.
    using algorithm = Alg;

    DecryptionKey(const DecryptionKey&) = default;
    DecryptionKey& operator=(const DecryptionKey&) = default;
    ~DecryptionKey() = default;

    /// Takes a shared secret. See `EncryptionKey::from_secret`.
    static Result<DecryptionKey> from_secret(Bytes secret)
        requires SharedKeyManagement<Alg>
    {
        return EncryptionKeys<Alg>::from_secret(secret).transform(decryption_of);
    }

    /// Takes a private key from PEM. See `EncodingKey::from_pem`.
    ///
    /// \return the key; the codes of `EncryptionKey::from_pem`, and `invalid_key` for a public key, for one whose
    ///         halves do not belong together, and for a passphrase that is absent or wrong.
    static Result<DecryptionKey> from_pem(Bytes text, KeyOptions options = {})
        requires PublicKeyManagement<Alg>
    {
        return EncryptionKeys<Alg>::from_pem(text, options).transform(decryption_of);
    }

    /// Takes a private key from DER, of the same forms as PEM.
    static Result<DecryptionKey> from_der(Bytes der, KeyOptions options = {})
        requires PublicKeyManagement<Alg>
    {
        return EncryptionKeys<Alg>::from_der(der, options).transform(decryption_of);
    }

    /// Takes a private or shared JWK that allows to decrypt, and its `kid`. See `EncryptionKey::from_jwk`.
    static Result<DecryptionKey> from_jwk(Bytes text) {
        return EncryptionKeys<Alg>::from_jwk_for(text, detail::ManagementUse::decrypt).transform(decryption_of);
    }

    /// Takes a key pair that OpenSSL already has, and shares it: it must not be changed afterwards.
    static Result<DecryptionKey> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyManagement<Alg>
    {
        return EncryptionKeys<Alg>::from_evp_pkey(key).transform(decryption_of);
    }

    // As in EncryptionKey: only for compile errors.
    template <class Other = Alg>
    static Result<DecryptionKey> from_secret(Bytes)
        requires PublicKeyManagement<Alg>
    {
        detail::say_which_management_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<DecryptionKey> from_pem(Bytes, KeyOptions = {})
        requires SharedKeyManagement<Alg>
    {
        detail::say_which_management_has_a_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The key id; empty if there is none. It is not compared with a token's: a single key is tried for any `kid`.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] DecryptionKey with_kid(std::string kid) const { return DecryptionKey{key_, std::move(kid)}; }

    /// Whether a header's `alg`, byte for byte, is this key's algorithm.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return alg == Alg::name; }

    /// The key itself, for any query. Called by `decrypt`.
    [[nodiscard]] Result<AnyDecryptionKey> find(const KeyQuery& /*query*/, ContentAlgorithm /*content*/) const {
        return {detail::from_call, [this] { return AnyDecryptionKey{*this}; }};
    }

private:
    friend struct EncryptionKeys<Alg>;
    friend struct detail::KeyAccess;

    DecryptionKey(detail::SharedManagementKey key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static DecryptionKey decryption_of(const EncryptionKeys<Alg>& keys) { return keys.decryption; }

    detail::SharedManagementKey key_;
    std::string kid_;
};

/// Both halves of a key. Give it to `encrypt` or to `decrypt` alike: each takes the half that it needs.
template <KeyManagementAlgorithm Alg>
struct EncryptionKeys {
    /// The algorithm.
    using algorithm = Alg;

    EncryptionKey<Alg> encryption;  ///< The half that encrypts.
    DecryptionKey<Alg> decryption;  ///< The half that decrypts.

    /// Takes a shared secret. See `EncryptionKey::from_secret`.
    static Result<EncryptionKeys> from_secret(Bytes secret)
        requires SharedKeyManagement<Alg>
    {
        const auto key = detail::shared_from_secret(secret, detail::management_of<Alg>);
        if (!key) return key.error();
        return from_prepared({*key, *key}, {});
    }

    /// Takes a private key, which includes the public one. See `DecryptionKey::from_pem`.
    static Result<EncryptionKeys> from_pem(Bytes text, KeyOptions options = {})
        requires PublicKeyManagement<Alg>
    {
        return from_pair(detail::own_from_pem(text.text(), options.passphrase.text(), detail::management_of<Alg>));
    }
    /// Takes a private key from DER, of the same forms as PEM.
    static Result<EncryptionKeys> from_der(Bytes der, KeyOptions options = {})
        requires PublicKeyManagement<Alg>
    {
        return from_pair(detail::own_from_der(der.bytes(), options.passphrase.text(), detail::management_of<Alg>));
    }
    /// Takes a key pair that OpenSSL already has, and shares it: it must not be changed afterwards.
    static Result<EncryptionKeys> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyManagement<Alg>
    {
        return from_pair(detail::own_from_native(key, detail::management_of<Alg>));
    }

    /// Takes a private or shared JWK that allows both to encrypt and to decrypt, and its `kid`.
    static Result<EncryptionKeys> from_jwk(Bytes text) {
        // The key_ops of a private key are about its private half.
        return from_jwk_for(text,
                            SharedKeyManagement<Alg> ? detail::ManagementUse::both : detail::ManagementUse::decrypt);
    }

    /// Makes a new random key: RSA of 2048 bits, or a secret as long as the AES key of the algorithm.
    ///
    /// \return the keys, without a key id; `invalid_key` if the system has no randomness.
    static Result<EncryptionKeys> generate()
        requires(!std::same_as<Alg, dir> && !KeyAgreementAlgorithm<Alg>)
    {
        return from_pair(
            detail::generate_management(detail::management_of<Alg>, detail::management_scheme_of<Alg>.wrapping_size));
    }

    /// Makes a new random key pair on a curve, for ECDH-ES. \return the keys, without a key id; `invalid_key` if the
    /// system has no randomness, or OpenSSL lacks the curve.
    static Result<EncryptionKeys> generate(AgreementCurve curve = AgreementCurve::P256)
        requires KeyAgreementAlgorithm<Alg>
    {
        return from_pair(detail::generate_management(detail::management_of<Alg>, 0, curve));
    }

    /// Makes a new random content key for `dir`, as long as the content algorithm needs it. \return the keys, without a
    /// key id; `invalid_key` if the system has no randomness.
    static Result<EncryptionKeys> generate(ContentAlgorithm content = A256GCM)
        requires std::same_as<Alg, dir>
    {
        return from_pair(
            detail::generate_management(detail::management_of<Alg>, detail::content_suite(content).key_size()));
    }

    /// The key id of both halves.
    [[nodiscard]] const std::string& kid() const noexcept { return encryption.kid(); }

    /// The same keys with another key id.
    [[nodiscard]] EncryptionKeys with_kid(const std::string& kid) const {
        return {encryption.with_kid(kid), decryption.with_kid(kid)};
    }

    /// The requested half.
    operator const EncryptionKey<Alg>&() const noexcept { return encryption; }
    operator const DecryptionKey<Alg>&() const noexcept { return decryption; }

private:
    friend class DecryptionKey<Alg>;

    static Result<EncryptionKeys> from_jwk_for(Bytes text, detail::ManagementUse use) {
        const auto made =
            detail::management_from_jwk(text.text(), detail::management_of<Alg>, use, detail::prepare_own);
        if (!made) return made.error();
        return from_prepared(made->key, made->kid);
    }
    static Result<EncryptionKeys> from_pair(const Result<detail::ManagementPair>& made) {
        if (!made) return made.error();
        return from_prepared(*made, {});
    }
    static EncryptionKeys from_prepared(const detail::ManagementPair& pair, const std::string& kid) {
        return {EncryptionKey<Alg>{pair.encryption, kid}, DecryptionKey<Alg>{pair.decryption, kid}};
    }
};

}  // namespace credence
