// SPDX-License-Identifier: MIT
// From a secret, PEM, DER, a JWK or an OpenSSL object to a checked key for one key management algorithm.
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/management_key.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/jwk_key.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_import.hpp>
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/parsed_key.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// An algorithm as a value.
struct ManagementAlgorithm {
    std::string_view name;
    ManagementScheme scheme;
};

template <KeyManagementAlgorithm Alg>
inline constexpr ManagementAlgorithm management_of{Alg::name, management_scheme_of<Alg>};

/// The direction in which a key is used.
enum class ManagementUse : std::uint8_t { encrypt, decrypt, both };

/// Whether `key_ops` allows one direction. RFC 7517 §4.3
[[nodiscard]] inline bool permits_management(const Jwk& jwk, KeyManagement management, bool encrypts) {
    if (management == KeyManagement::agreement) return permits(jwk, "deriveKey") || permits(jwk, "deriveBits");
    if (permits(jwk, encrypts ? "encrypt" : "decrypt")) return true;
    return management != KeyManagement::direct && permits(jwk, encrypts ? "wrapKey" : "unwrapKey");
}

/// Whether the `alg` of a JWK allows an algorithm. A `dir` key may name the content algorithm instead, as in RFC 7520
/// §5.6.
[[nodiscard]] inline bool permits_alg(const Jwk& jwk, const ManagementAlgorithm& algorithm) {
    if (jwk.is_absent_or("alg", algorithm.name)) return true;
    return algorithm.scheme.management == KeyManagement::direct && content_algorithm(jwk.string("alg").value_or(""));
}

/// Whether the members of a JWK allow the use. All of them must.
[[nodiscard]] inline Result<void> check_jwk_management_use(const Jwk& jwk, const ManagementAlgorithm& algorithm,
                                                           ManagementUse use) {
    const KeyManagement management = algorithm.scheme.management;
    if (!permits_alg(jwk, algorithm)) return bad_key("its alg is another algorithm");
    if (!jwk.is_absent_or("use", "enc")) return bad_key("its use is not enc");
    if (use != ManagementUse::decrypt && !permits_management(jwk, management, true)) {
        return bad_key("its key_ops do not allow to encrypt");
    }
    if (use != ManagementUse::encrypt && !permits_management(jwk, management, false)) {
        return bad_key("its key_ops do not allow to decrypt");
    }
    if (jwk.has("kid") && !jwk.string("kid")) return bad_key("its kid is not a string");
    return {};
}

/// Whether a secret has a length that the algorithm can use.
[[nodiscard]] inline Result<void> check_management_secret(ByteView secret, ManagementScheme scheme) {
    if (secret.empty()) return short_key("an empty secret");
    if (is_key_document(secret)) return bad_key("a key document in place of a secret");
    if (scheme.management != KeyManagement::direct) {
        if (secret.size() < scheme.wrapping_size) return short_key("a secret shorter than the key of the algorithm");
        return secret.size() > scheme.wrapping_size ? bad_key("a secret longer than the key of the algorithm")
                                                    : Result<void>{};
    }
    const auto fits = [&](ContentAlgorithm content) { return content_suite(content).key_size() == secret.size(); };
    if (std::any_of(all_content_algorithms.begin(), all_content_algorithms.end(), fits)) return {};
    if (secret.size() < 16) return short_key("a secret shorter than the key of any enc");
    return bad_key("a secret whose length no enc has: 16, 24, 32, 48 or 64 bytes");
}

/// An empty key for an algorithm, with its decoy bytes.
[[nodiscard]] inline Result<std::shared_ptr<ManagementKey>> begin_key(const ManagementAlgorithm& algorithm) {
    auto key = std::make_shared<ManagementKey>();
    key->alg = algorithm.name;
    key->scheme = algorithm.scheme;
    key->decoy = SecretBytes{longest_content_key};
    if (!fill_random({key->decoy.data(), key->decoy.size()})) return bad_key(no_randomness);
    return key;
}

/// Checks a secret for an algorithm, and prepares it.
[[nodiscard]] inline Result<SharedManagementKey> prepare_shared(const ParsedKey& parsed,
                                                                const ManagementAlgorithm& algorithm) {
    if (parsed.key) return bad_key(another_key_type);
    const ByteView secret = parsed.secret.view();
    if (auto checked = check_management_secret(secret, algorithm.scheme); !checked) return std::move(checked).error();
    auto key = begin_key(algorithm);
    if (!key) return std::move(key).error();
    (*key)->secret = SecretBytes{secret};
    return SharedManagementKey{*std::move(key)};
}

/// Checks that the public half of a key is valid for a scheme; records its curve.
[[nodiscard]] inline Result<void> check_management_half(EVP_PKEY* key, ManagementKey& out) {
    if (out.scheme.management == KeyManagement::rsa_oaep) return check_public_half(key, {.family = Family::rsa_pkcs1});
    if (!has_type(key, "EC") && !has_type(key, "X25519") && !has_type(key, "X448")) return bad_key(another_key_type);
    out.curve = agreement_curve_of(key);
    if (out.curve == nullptr) return bad_key(another_curve);
    if (!is_montgomery(out.curve->curve)) return check_ec(key, out.curve->curve);
    const KeyHandle other = ephemeral_key(*out.curve);
    const bool agrees = other && agree(other.get(), key, *out.curve).size() != 0;
    return agrees ? Result<void>{} : bad_key("a point of small order");
}

/// Gives a key its OpenSSL key, and prepares it for its use. \return false if OpenSSL fails.
[[nodiscard]] inline bool adopt(ManagementKey& out, KeyHandle key, KeyUse use) {
    out.key = std::move(key);
    if (out.scheme.management == KeyManagement::agreement) {
        if (use == KeyUse::encrypt) out.pattern = ephemeral_key(*out.curve);
        return use == KeyUse::decrypt || out.pattern;
    }
    out.contexts = oaep_contexts(out.key.get(), out.scheme.hash, use);
    return out.contexts != nullptr;
}

/// Checks a public key for an algorithm, and prepares it. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<SharedManagementKey> prepare_recipient(KeyHandle key,
                                                                   const ManagementAlgorithm& algorithm) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    if (!key) return bad_key("no key");
    if (has_private_half(key.get(), family_of(key.get()))) {
        return bad_key("expected a public key, found a private one");
    }
    auto made = begin_key(algorithm);
    if (!made) return std::move(made).error();
    if (auto checked = check_management_half(key.get(), **made); !checked) return std::move(checked).error();
    if (!adopt(**made, std::move(key), KeyUse::encrypt)) return bad_key("a key that OpenSSL cannot encrypt with");
    return SharedManagementKey{*std::move(made)};
}

/// A key pair: an encrypting and a decrypting half, which are the same for a shared secret.
struct ManagementPair {
    SharedManagementKey encryption;
    SharedManagementKey decryption;
};

/// Whether the private half of a key opens what its public half has sealed.
[[nodiscard]] inline bool opens_own(const ManagementKey& encryption, const ManagementKey& decryption) {
    SealedKey sealed;
    if (encryption.scheme.management == KeyManagement::agreement) {
        const KeyHandle other = ephemeral_key(*encryption.curve);
        if (!other) return false;
        const SecretBytes there = agree(other.get(), encryption.key.get(), *encryption.curve);
        const SecretBytes here = agree(decryption.key.get(), other.get(), *encryption.curve);
        return there.size() != 0 && here.size() == there.size() &&
               CRYPTO_memcmp(here.view().data(), there.view().data(), here.size()) == 0;
    }
    if (!seal_content_key(encryption, A128GCM, {}, sealed)) return false;
    SecretBytes opened{sealed.content_key.size()};
    return open_oaep(*decryption.contexts, oaep_size(decryption.key.get()), as_bytes(sealed.encrypted_key), opened) &&
           CRYPTO_memcmp(opened.view().data(), sealed.content_key.view().data(), opened.size()) == 0;
}

/// Checks a private key for an algorithm, and prepares both halves. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<ManagementPair> prepare_pair(KeyHandle key, const ManagementAlgorithm& algorithm) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    if (!key) return bad_key("no key");
    auto made = begin_key(algorithm);
    if (!made) return std::move(made).error();
    if (auto checked = check_management_half(key.get(), **made); !checked) return std::move(checked).error();
    if (!has_own_private_half(key.get(), family_of(key.get()))) {
        return bad_key("the private and the public half do not match");
    }
    KeyHandle half = public_half_of(key.get());
    if (!half) return bad_key("a key without its public half");
    auto encryption = prepare_recipient(std::move(half), algorithm);
    if (!encryption) return std::move(encryption).error();
    if (!adopt(**made, std::move(key), KeyUse::decrypt)) return bad_key("a key that OpenSSL cannot decrypt with");
    if (!opens_own(**encryption, **made)) return bad_key("a private key that does not open what its public half seals");
    return ManagementPair{*std::move(encryption), *std::move(made)};
}

/// Prepares the decrypting half of a parsed key; for a secret it is both halves.
[[nodiscard]] inline Result<ManagementPair> prepare_own(const ParsedKey& parsed, const ManagementAlgorithm& algorithm) {
    if (has_shared_secret(algorithm.scheme)) {
        return prepare_shared(parsed, algorithm).transform([](const SharedManagementKey& key) {
            return ManagementPair{key, key};
        });
    }
    if (!parsed.key) return bad_key(another_key_type);
    if (!parsed.is_private) return bad_key("expected a private key, found a public one");
    return prepare_pair(share(parsed.key.get()), algorithm);
}

/// Prepares the encrypting half of a parsed key.
[[nodiscard]] inline Result<SharedManagementKey> prepare_other(const ParsedKey& parsed,
                                                               const ManagementAlgorithm& algorithm) {
    if (has_shared_secret(algorithm.scheme)) return prepare_shared(parsed, algorithm);
    if (!parsed.key) return bad_key(another_key_type);
    if (parsed.is_private) return bad_key("expected a public key, found a private one");
    return prepare_recipient(share(parsed.key.get()), algorithm);
}

[[nodiscard]] inline Result<SharedManagementKey> shared_from_secret(Bytes secret,
                                                                    const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return prepare_shared(ParsedKey{.secret = SecretBytes{secret.bytes()}}, algorithm);
}

[[nodiscard]] inline Result<SharedManagementKey> recipient_from(const Result<ParsedKey>& parsed,
                                                                const ManagementAlgorithm& algorithm) {
    return parsed.and_then([&](const ParsedKey& key) { return prepare_other(key, algorithm); });
}
[[nodiscard]] inline Result<ManagementPair> own_from(const Result<ParsedKey>& parsed,
                                                     const ManagementAlgorithm& algorithm) {
    return parsed.and_then([&](const ParsedKey& key) { return prepare_own(key, algorithm); });
}

[[nodiscard]] inline Result<SharedManagementKey> recipient_from_pem(std::string_view text,
                                                                    const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return recipient_from(parse_pem(text, KeyHalf::public_half, {}), algorithm);
}
[[nodiscard]] inline Result<SharedManagementKey> recipient_from_der(ByteView der,
                                                                    const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return recipient_from(parse_der(der, KeyHalf::public_half, {}), algorithm);
}
[[nodiscard]] inline Result<ManagementPair> own_from_pem(std::string_view text, std::string_view passphrase,
                                                         const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return own_from(parse_pem(text, KeyHalf::private_half, passphrase), algorithm);
}
[[nodiscard]] inline Result<ManagementPair> own_from_der(ByteView der, std::string_view passphrase,
                                                         const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return own_from(parse_der(der, KeyHalf::private_half, passphrase), algorithm);
}
[[nodiscard]] inline Result<SharedManagementKey> recipient_from_native(EVP_PKEY* key,
                                                                       const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return prepare_recipient(share(key), algorithm);
}
[[nodiscard]] inline Result<ManagementPair> own_from_native(EVP_PKEY* key, const ManagementAlgorithm& algorithm) {
    const ErrorQueueGuard guard;
    return prepare_pair(share(key), algorithm);
}

/// A key from a JWK, and the JWK's other relevant members.
template <class Made>
struct NamedManagement {
    Made key;
    std::string kid;
};

/// The same key, restricted to the content algorithm that its JWK names, if any.
[[nodiscard]] inline SharedManagementKey narrowed(const SharedManagementKey& key, const Jwk& jwk) {
    const auto content = content_algorithm(jwk.string("alg").value_or(""));
    if (!content || !key) return key;
    auto narrow = std::make_shared<ManagementKey>();
    narrow->alg = key->alg;
    narrow->scheme = key->scheme;
    narrow->secret = SecretBytes{key->secret.view()};
    narrow->decoy = SecretBytes{key->decoy.view()};
    narrow->only_content = content;
    return narrow;
}
[[nodiscard]] inline ManagementPair narrowed(const ManagementPair& pair, const Jwk& jwk) {
    if (pair.encryption != pair.decryption) return pair;
    const SharedManagementKey key = narrowed(pair.decryption, jwk);
    return {key, key};
}

/// Reads a JWK, checks that it allows the use, and prepares it.
template <class Prepare>
[[nodiscard]] auto management_from_jwk(std::string_view text, const ManagementAlgorithm& algorithm, ManagementUse use,
                                       Prepare prepare) {
    using Made = typename decltype(prepare(std::declval<const ParsedKey&>(), algorithm))::value_type;
    using Named = Result<NamedManagement<Made>>;
    const ErrorQueueGuard guard;
    JwkDocument jwk;
    if (const auto read = jwk.read(text); !read) return Named{error_of_json(read.error(), text)};
    if (auto allowed = check_jwk_management_use(*jwk, algorithm, use); !allowed) return Named{allowed.error()};
    const auto key = parse_jwk(*jwk).and_then([&](const ParsedKey& parsed) { return prepare(parsed, algorithm); });
    if (!key) return Named{key.error()};
    return Named{NamedManagement<Made>{narrowed(*key, *jwk), kid_of(*jwk)}};
}

/// A new key on a curve. Null if OpenSSL fails.
[[nodiscard]] inline KeyHandle generate_on(AgreementCurve wanted) {
    for (const NamedCurve& curve : ec_curves) {
        if (curve.name == to_string(wanted)) return ephemeral_key(curve);
    }
    for (const NamedCurve& curve : okp_curves) {
        if (curve.name == to_string(wanted)) return ephemeral_key(curve);
    }
    return nullptr;
}

/// A new random key: a secret of `secret_size` bytes, RSA of 2048 bits, or one on a curve.
[[nodiscard]] inline Result<ManagementPair> generate_management(const ManagementAlgorithm& algorithm,
                                                                std::size_t secret_size,
                                                                AgreementCurve curve = AgreementCurve::P256) {
    const ErrorQueueGuard guard;
    if (has_shared_secret(algorithm.scheme)) {
        SecretBytes secret{secret_size};
        if (!fill_random({secret.data(), secret.size()})) return bad_key(no_randomness);
        return prepare_own(ParsedKey{.secret = std::move(secret)}, algorithm);
    }
    const bool is_rsa_key = algorithm.scheme.management == KeyManagement::rsa_oaep;
    KeyHandle key = is_rsa_key ? generate_key({Family::rsa_pkcs1, Hash::none, Curve::none}) : generate_on(curve);
    if (!key) return bad_key(no_randomness);
    return prepare_pair(std::move(key), algorithm);
}

}  // namespace credence::detail
