// SPDX-License-Identifier: MIT
// Every way to a prepared key, each in one call: what is wrong is told, and OpenSSL's error queue stays as it was.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/detail/hmac.hpp>
#include <credence/detail/key_material.hpp>
#include <credence/detail/key_material_document.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/key_material_jwk.hpp>
#include <credence/detail/key_material_secret.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>
#include <credence/detail/signature.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

using SharedHmac = std::shared_ptr<const HmacKey>;

/// The prepared key of an algorithm that verifies, and the one that signs; for HMAC they are one.
template <Algorithm Alg>
using VerifyKeyOf = std::conditional_t<SharedSecretAlgorithm<Alg>, HmacKey, PublicKey>;
template <Algorithm Alg>
using SignKeyOf = std::conditional_t<SharedSecretAlgorithm<Alg>, HmacKey, PrivateKey>;

/// A prepared key, and the key id that came with it.
template <class Key>
struct NamedKey {
    std::shared_ptr<const Key> key;
    std::string kid;
};

[[nodiscard]] inline KeyResult<SharedHmac> hmac_from_bytes(Hash hash, SecretBytes secret, bool may_be_short) {
    if (const auto checked = check_secret(hash, secret.view(), may_be_short); !checked) return checked.error();
    auto key = HmacKey::make(hash, std::move(secret));
    if (!key) return bad_key("a hash that OpenSSL does not have");
    return key;
}

/// Checks and prepares a shared secret. `invalid_key`, `key_too_short`.
[[nodiscard]] inline KeyResult<SharedHmac> hmac_from_secret(Hash hash, InputBytes secret, bool may_be_short) {
    const ErrorQueueGuard guard;
    return hmac_from_bytes(hash, SecretBytes{secret.bytes()}, may_be_short);
}

/// A new random secret, as long as the hash.
[[nodiscard]] inline KeyResult<SharedHmac> generate_hmac(Hash hash) {
    const ErrorQueueGuard guard;
    SecretBytes secret{hash_size(hash)};
    if (!fill_random({secret.data(), secret.size()})) return bad_key("no randomness");
    return hmac_from_bytes(hash, std::move(secret), false);
}

[[nodiscard]] inline KeyResult<SharedPublic> public_from_pem(std::string_view text, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyResult<KeyHandle> key = read_pem(text, KeyHalf::public_half, {});
    if (!key) return key.error();
    return prepare_public(*std::move(key), scheme);
}

[[nodiscard]] inline KeyResult<SharedPublic> public_from_der(ByteView der, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyResult<KeyHandle> key = read_der(der, KeyHalf::public_half, {});
    if (!key) return key.error();
    return prepare_public(*std::move(key), scheme);
}

[[nodiscard]] inline KeyResult<SharedPrivate> private_from_pem(std::string_view text, std::string_view passphrase,
                                                               Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyResult<KeyHandle> key = read_pem(text, KeyHalf::private_half, passphrase);
    if (!key) return key.error();
    return prepare_private(*std::move(key), scheme);
}

[[nodiscard]] inline KeyResult<SharedPrivate> private_from_der(ByteView der, std::string_view passphrase,
                                                               Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyResult<KeyHandle> key = read_der(der, KeyHalf::private_half, passphrase);
    if (!key) return key.error();
    return prepare_private(*std::move(key), scheme);
}

[[nodiscard]] inline KeyResult<SharedPrivate> generate_private(Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle key = generate_key(scheme);
    if (!key) return bad_key("no randomness, or a curve that OpenSSL does not have");
    return prepare_private(std::move(key), scheme);
}

[[nodiscard]] inline KeyResult<SharedPublic> public_from_native(NativeKey* key, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle shared = share(key);
    if (!shared) return bad_key("no key");
    return prepare_public(std::move(shared), scheme);
}

[[nodiscard]] inline KeyResult<SharedPrivate> private_from_native(NativeKey* key, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle shared = share(key);
    if (!shared) return bad_key("no key");
    return prepare_private(std::move(shared), scheme);
}

[[nodiscard]] inline KeyResult<SharedHmac> hmac_from_jwk(const Jwk& jwk, Hash hash) {
    KeyResult<SecretBytes> secret = read_oct_jwk(jwk);
    if (!secret) return secret.error();
    return hmac_from_bytes(hash, *std::move(secret), false);
}

/// Makes a key of an object that was checked to allow the use.
template <Algorithm Alg>
[[nodiscard]] KeyResult<std::shared_ptr<const VerifyKeyOf<Alg>>> verify_key_from_jwk(const Jwk& jwk) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return hmac_from_jwk(jwk, Alg::scheme.hash);
    } else {
        KeyResult<KeyHandle> key = read_jwk_numbers(jwk, Alg::scheme);
        if (!key) return key.error();
        if (has_private_members(jwk)) return bad_key("a private key, and a public one is due");
        return prepare_public(*std::move(key), Alg::scheme);
    }
}

template <Algorithm Alg>
[[nodiscard]] KeyResult<std::shared_ptr<const SignKeyOf<Alg>>> sign_key_from_jwk(const Jwk& jwk) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return hmac_from_jwk(jwk, Alg::scheme.hash);
    } else {
        KeyResult<KeyHandle> key = read_jwk_numbers(jwk, Alg::scheme);
        if (!key) return key.error();
        if (!has_private_half(key->get(), Alg::scheme.family)) return bad_key("a public key, and a private one is due");
        return prepare_private(*std::move(key), Alg::scheme);
    }
}

/// Reads a JWK, asks it for leave, and makes a key of it by `make`.
template <class Key, class Make>
[[nodiscard]] KeyResult<NamedKey<Key>> from_jwk_text(std::string_view text, const JwkUse& use, Make make) {
    const ErrorQueueGuard guard;
    JwkDocument jwk;
    if (const auto read = jwk.read(text); !read) return read.error();
    if (const auto allowed = check_jwk_use(*jwk, use); !allowed) return allowed.error();
    const KeyResult<std::shared_ptr<const Key>> key = make(*jwk);
    if (!key) return key.error();
    return NamedKey<Key>{*key, kid_of(*jwk)};
}

template <Algorithm Alg>
[[nodiscard]] KeyResult<NamedKey<VerifyKeyOf<Alg>>> decoding_from_jwk(std::string_view text) {
    const JwkUse use{.alg = Alg::name, .is_to_verify = true};
    return from_jwk_text<VerifyKeyOf<Alg>>(text, use, verify_key_from_jwk<Alg>);
}

template <Algorithm Alg>
[[nodiscard]] KeyResult<NamedKey<SignKeyOf<Alg>>> encoding_from_jwk(std::string_view text, bool is_to_verify_too) {
    const JwkUse use{.alg = Alg::name, .is_to_sign = true, .is_to_verify = is_to_verify_too};
    return from_jwk_text<SignKeyOf<Alg>>(text, use, sign_key_from_jwk<Alg>);
}

}  // namespace credence::detail
