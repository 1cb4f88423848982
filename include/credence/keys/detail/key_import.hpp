// SPDX-License-Identifier: MIT
// From a text to a prepared key, in one direction: parse, check for the algorithm, prepare. The reason of an error
// survives, and OpenSSL's error queue stays as it was.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/hmac.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/jwk_key.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/other_format.hpp>
#include <credence/keys/detail/parsed_key.hpp>
#include <credence/keys/detail/prepared_key.hpp>
#include <credence/keys/detail/shared_secret.hpp>
#include <credence/keys/detail/signature.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

using SharedHmac = std::shared_ptr<const HmacKey>;

/// The prepared key of an algorithm that verifies, and the one that signs; for HMAC they are the same.
template <Algorithm Alg>
using VerifyKeyOf = std::conditional_t<SharedSecretAlgorithm<Alg>, HmacKey, PublicKey>;
template <Algorithm Alg>
using SignKeyOf = std::conditional_t<SharedSecretAlgorithm<Alg>, HmacKey, PrivateKey>;

/// A prepared key, and the key id of its text.
template <class Key>
struct NamedKey {
    std::shared_ptr<const Key> key;
    std::string kid;
};

/// Checks a secret for an algorithm, and prepares it. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<SharedHmac> prepare_secret(const ParsedKey& key, Hash hash, bool may_be_short) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    if (key.key) return bad_key(another_key_type);
    if (const auto checked = check_secret(hash, key.secret.view(), may_be_short); !checked) return checked.error();
    auto prepared = HmacKey::make(hash, SecretBytes{key.secret.view()});
    if (!prepared) return bad_key("a hash that OpenSSL does not have");
    return prepared;
}

/// Checks a key for verifying or signing with an algorithm, and prepares it.
template <Algorithm Alg>
[[nodiscard]] Result<std::shared_ptr<const VerifyKeyOf<Alg>>> prepare_to_verify(const ParsedKey& key) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return prepare_secret(key, scheme_of<Alg>.hash, false);
    } else {
        return prepare_public(key, scheme_of<Alg>);
    }
}
template <Algorithm Alg>
[[nodiscard]] Result<std::shared_ptr<const SignKeyOf<Alg>>> prepare_to_sign(const ParsedKey& key) {
    if constexpr (SharedSecretAlgorithm<Alg>) {
        return prepare_secret(key, scheme_of<Alg>.hash, false);
    } else {
        return prepare_private(key, scheme_of<Alg>);
    }
}

[[nodiscard]] inline Result<SharedHmac> hmac_from_secret(Hash hash, Bytes secret, bool may_be_short) {
    const ErrorQueueGuard guard;
    return prepare_secret(ParsedKey{.secret = SecretBytes{secret.bytes()}}, hash, may_be_short);
}

/// A new random secret, as long as the hash.
[[nodiscard]] inline Result<SharedHmac> generate_hmac(Hash hash) {
    const ErrorQueueGuard guard;
    SecretBytes secret{hash_size(hash)};
    if (!fill_random({secret.data(), secret.size()})) return bad_key(no_randomness);
    return prepare_secret(ParsedKey{.secret = std::move(secret)}, hash, false);
}

[[nodiscard]] inline Result<SharedPublic> public_from_pem(std::string_view text, Scheme scheme) {
    const ErrorQueueGuard guard;
    return parse_pem(text, KeyHalf::public_half, {}).and_then([&](const ParsedKey& key) {
        return prepare_public(key, scheme);
    });
}

[[nodiscard]] inline Result<SharedPublic> public_from_der(ByteView der, Scheme scheme) {
    const ErrorQueueGuard guard;
    return parse_der(der, KeyHalf::public_half, {}).and_then([&](const ParsedKey& key) {
        return prepare_public(key, scheme);
    });
}

[[nodiscard]] inline Result<SharedPrivate> private_from_pem(std::string_view text, std::string_view passphrase,
                                                            Scheme scheme) {
    const ErrorQueueGuard guard;
    return parse_pem(text, KeyHalf::private_half, passphrase).and_then([&](const ParsedKey& key) {
        return prepare_private(key, scheme);
    });
}

[[nodiscard]] inline Result<SharedPrivate> private_from_der(ByteView der, std::string_view passphrase, Scheme scheme) {
    const ErrorQueueGuard guard;
    return parse_der(der, KeyHalf::private_half, passphrase).and_then([&](const ParsedKey& key) {
        return prepare_private(key, scheme);
    });
}

[[nodiscard]] inline Result<SharedPrivate> generate_private(Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle key = generate_key(scheme);
    if (!key) return bad_key("no randomness, or a curve that OpenSSL does not have");
    return prepare_private(std::move(key), scheme);
}

[[nodiscard]] inline Result<SharedPublic> public_from_native(EVP_PKEY* key, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle shared = share(key);
    if (!shared) return bad_key("no key");
    return prepare_public(std::move(shared), scheme);
}

[[nodiscard]] inline Result<SharedPrivate> private_from_native(EVP_PKEY* key, Scheme scheme) {
    const ErrorQueueGuard guard;
    KeyHandle shared = share(key);
    if (!shared) return bad_key("no key");
    return prepare_private(std::move(shared), scheme);
}

/// The error for a text that is not a JWK or JWK Set. If it is not JSON at all, the error names its format.
[[nodiscard]] inline Error error_of_json(Error error, std::string_view text) {
    const std::string_view trimmed = trim_front(text);
    const bool is_json = trimmed.starts_with('{') || trimmed.starts_with('[');
    if (!is_json && text.size() <= longest_key_text) error.reason = other_format(text, error.reason);
    return error;
}

/// Reads a JWK, checks that it allows the use, and prepares it.
template <class Key, class Prepare>
[[nodiscard]] Result<NamedKey<Key>> from_jwk_text(std::string_view text, const JwkUse& use, Prepare prepare) {
    const ErrorQueueGuard guard;
    JwkDocument jwk;
    if (const auto read = jwk.read(text); !read) return error_of_json(read.error(), text);
    if (const auto allowed = check_jwk_use(*jwk, use); !allowed) return allowed.error();
    const Result<std::shared_ptr<const Key>> key = parse_jwk(*jwk).and_then(prepare);
    if (!key) return key.error();
    return NamedKey<Key>{*key, kid_of(*jwk)};
}

template <Algorithm Alg>
[[nodiscard]] Result<NamedKey<VerifyKeyOf<Alg>>> decoding_from_jwk(std::string_view text) {
    const JwkUse use{.alg = Alg::name, .is_to_verify = true};
    return from_jwk_text<VerifyKeyOf<Alg>>(text, use, prepare_to_verify<Alg>);
}

template <Algorithm Alg>
[[nodiscard]] Result<NamedKey<SignKeyOf<Alg>>> encoding_from_jwk(std::string_view text, bool is_to_verify_too) {
    const JwkUse use{.alg = Alg::name, .is_to_sign = true, .is_to_verify = is_to_verify_too};
    return from_jwk_text<SignKeyOf<Alg>>(text, use, prepare_to_sign<Alg>);
}

}  // namespace credence::detail
