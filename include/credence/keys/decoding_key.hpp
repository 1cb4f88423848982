// SPDX-License-Identifier: MIT
// A key that verifies, for exactly one algorithm.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_import.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/types.h>

namespace credence {

template <Algorithm Alg>
class EncodingKey;

/// A key that can check signatures of exactly one algorithm.
///
/// The algorithm is part of the type. A token never chooses it: `decode` compares the header's `alg` with `Alg::name`
/// and does nothing else with it, so the attack of RFC 8725 §2.1 (a public RSA key used as an HMAC secret) has no
/// spelling in this API.
///
/// Immutable after construction, and cheap to copy: copies share one prepared key. Use one object from any number of
/// threads. There is no move: a moved-from key would have to be an empty one.
template <Algorithm Alg>
class DecodingKey {
public:
    /// The algorithm.
    using algorithm = Alg;
    /// The class of the key that `find` returns. It derives from `VerificationKey`, and is final, so that a verifier
    /// needs no virtual call.
    using key_type = detail::VerifyKeyOf<Alg>;

    DecodingKey(const DecodingKey&) = default;
    DecodingKey& operator=(const DecodingKey&) = default;
    ~DecodingKey() = default;

    /// Takes a shared secret, as raw bytes: text, or a span or container of bytes.
    ///
    /// \param secret  at least as many bytes as the hash has (32 for HS256).
    /// \return the key; `key_too_short` if RFC 7518 §3.2 demands more bytes; `invalid_key` if it is a key in one of the
    ///         formats or encodings that `allow_short_secret` lists.
    static Result<DecodingKey> from_secret(Bytes secret)
        requires SharedSecretAlgorithm<Alg>
    {
        return from_prepared(detail::hmac_from_secret(detail::scheme_of<Alg>.hash, secret, false));
    }

    /// The same for a secret that may be short, though not empty. See `allow_short_secret`.
    static Result<DecodingKey> from_secret(Bytes secret, AllowShortSecret)
        requires SharedSecretAlgorithm<Alg>
    {
        return from_prepared(detail::hmac_from_secret(detail::scheme_of<Alg>.hash, secret, true));
    }

    /// Takes a public key from PEM: `PUBLIC KEY`, `RSA PUBLIC KEY`, or a `CERTIFICATE`. RFC 7468
    ///
    /// The text may contain other text and other kinds of blocks. Of a certificate chain the first certificate is used.
    /// Only the key of a certificate is used: its dates, chain and purposes are not checked.
    /// \return the key; `key_too_short` for RSA under 2048 bits; else `invalid_key`: another key type or curve than the
    ///         algorithm's, a bad RSA exponent or point, a private key, two different keys in one text.
    static Result<DecodingKey> from_pem(Bytes text)
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::public_from_pem(text.text(), detail::scheme_of<Alg>));
    }

    /// Takes a public key from DER, of the same forms as PEM. Errors as of `from_pem`.
    static Result<DecodingKey> from_der(Bytes der)
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::public_from_der(der.bytes(), detail::scheme_of<Alg>));
    }

    /// Takes a JWK, a public one or for HMAC a shared one, and its `kid`. RFC 7517, RFC 7518 §6, RFC 8037 §2
    ///
    /// \return the key; the codes of `from_secret` and `from_pem`, and `invalid_key` when its `alg`, `use` or `key_ops`
    ///         does not allow it to verify this algorithm, and when a number is missing, is not base64, or is too long.
    static Result<DecodingKey> from_jwk(Bytes text) {
        return from_prepared(detail::decoding_from_jwk<Alg>(text.text()));
    }

    /// Takes a public key that OpenSSL already has, and shares it: it must not be changed afterwards. Errors as of
    /// `from_pem`; null is `invalid_key`.
    static Result<DecodingKey> from_evp_pkey(EVP_PKEY* key)
        requires PublicKeyAlgorithm<Alg>
    {
        return from_prepared(detail::public_from_native(key, detail::scheme_of<Alg>));
    }

    // Only for compile errors.
    template <class Other = Alg>
    static Result<DecodingKey> from_secret(Bytes, AllowShortSecret = allow_short_secret)
        requires PublicKeyAlgorithm<Alg>
    {
        detail::say_that_only_hmac_has_a_secret<Other>();
        return Errc::invalid_key;
    }
    template <class Other = Alg>
    static Result<DecodingKey> from_pem(Bytes)
        requires SharedSecretAlgorithm<Alg>
    {
        detail::say_that_hmac_has_no_key_file<Other>();
        return Errc::invalid_key;
    }

    /// The key id; empty if there is none. It is not compared with a token's: a single key is tried for any `kid`.
    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }

    /// The same key with another key id.
    [[nodiscard]] DecodingKey with_kid(std::string kid) const { return DecodingKey{key_, std::move(kid)}; }

    /// `find` always gives the same answer, so a verifier may cache it.
    static constexpr bool is_static = true;

    /// Whether a header's `alg`, byte for byte, is this key's algorithm.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return alg == Alg::name; }

    /// The key itself, for any query. Called by verifiers.
    [[nodiscard]] Result<const key_type*> find(const KeyQuery& /*query*/) const { return key_.get(); }

private:
    friend class EncodingKey<Alg>;
    friend struct detail::KeyAccess;

    DecodingKey(std::shared_ptr<const key_type> key, std::string kid) : key_(std::move(key)), kid_(std::move(kid)) {}

    static Result<DecodingKey> from_prepared(const Result<std::shared_ptr<const key_type>>& made) {
        if (!made) return made.error();
        return DecodingKey{*made, {}};
    }
    static Result<DecodingKey> from_prepared(const Result<detail::NamedKey<key_type>>& made) {
        if (!made) return made.error();
        return DecodingKey{made->key, made->kid};
    }

    std::shared_ptr<const key_type> key_;
    std::string kid_;
};

}  // namespace credence
