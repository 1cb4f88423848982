// SPDX-License-Identifier: MIT
// ECDH-ES: two keys on one curve agree on a secret, and a content key is derived from it. RFC 7518 §4.6, RFC 8037 §3.2
#pragma once

#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/fetched.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_parameters.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

namespace credence::detail {

[[nodiscard]] constexpr bool is_montgomery(Curve curve) noexcept {
    return curve == Curve::x25519 || curve == Curve::x448;
}

/// The curve of a key for agreement; null unless it is P-256, P-384, P-521, X25519 or X448.
[[nodiscard]] inline const NamedCurve* agreement_curve_of(const EVP_PKEY* key) {
    if (has_type(key, "EC")) {
        const NamedCurve* const curve = curve_with_id(curve_id_of(key));
        return curve == nullptr || curve->curve == Curve::secp256k1 ? nullptr : curve;
    }
    for (const NamedCurve& curve : okp_curves) {
        if (is_montgomery(curve.curve) && has_type(key, curve.native)) return &curve;
    }
    return nullptr;
}

/// A new key on a curve, for one token. Null if OpenSSL fails.
[[nodiscard]] inline KeyHandle ephemeral_key(const NamedCurve& curve) {
    if (!openssl_is_running()) return nullptr;
    if (is_montgomery(curve.curve)) return KeyHandle{EVP_PKEY_Q_keygen(nullptr, nullptr, curve.native)};
    return KeyHandle{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve.native)};
}

/// A new key on the curve of `pattern`, so that OpenSSL does not build the curve again. Never pass the recipient's own
/// key: it may write its point compressed.
[[nodiscard]] inline KeyHandle key_like(EVP_PKEY* pattern) {
    const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, pattern, nullptr)};
    EVP_PKEY* key = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &key) != 1)
        return nullptr;
    return KeyHandle{key};
}

/// Decodes a coordinate of exactly this many bytes. RFC 7518 §6.2.1.2: leading zeros are not left out.
[[nodiscard]] inline bool append_coordinate(std::string& point, const std::string& text, std::size_t size) {
    const auto bytes = decode_base64url(text);
    if (!bytes || bytes->size() != size) return false;
    point += *bytes;
    return true;
}

/// The sender's key in a token. Null unless it is on the curve of the recipient's key: another point would reveal
/// something about the private key to the sender. RFC 7516 §11.5, RFC 8725 §2.5
[[nodiscard]] inline KeyHandle peer_key(const EphemeralKey& sent, const EVP_PKEY* own, const NamedCurve& curve) {
    const bool is_okp = is_montgomery(curve.curve);
    if (sent.kty != (is_okp ? "OKP" : "EC") || sent.crv != curve.name || sent.has_private) return nullptr;
    std::string point = is_okp ? "" : "\x04";  // uncompressed, SEC 1 §2.3.3
    if (!append_coordinate(point, sent.x, curve.size)) return nullptr;
    if (!is_okp && !append_coordinate(point, sent.y, curve.size)) return nullptr;
    const ByteView bytes = as_bytes(point);
    if (is_okp) {
        return KeyHandle{EVP_PKEY_new_raw_public_key_ex(nullptr, curve.native, nullptr, bytes.data(), bytes.size())};
    }
    KeyHandle peer{EVP_PKEY_new()};
    // OpenSSL checks that the point is on the curve.
    if (!peer || EVP_PKEY_copy_parameters(peer.get(), own) != 1 ||
        EVP_PKEY_set1_encoded_public_key(peer.get(), bytes.data(), bytes.size()) != 1) {
        return nullptr;
    }
    return peer;
}

/// The secret that a private and a public key agree on, as long as a coordinate. Empty if OpenSSL fails, and for a
/// point of small order, with which the secret would be zero for every private key. RFC 7748 §6.1
[[nodiscard]] inline SecretBytes agree(EVP_PKEY* own, EVP_PKEY* peer, const NamedCurve& curve) {
    const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, own, nullptr)};
    SecretBytes secret{curve.size};
    std::size_t size = secret.size();
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer_ex(context.get(), peer, 0) != 1 ||
        EVP_PKEY_derive(context.get(), secret.data(), &size) != 1 || size != curve.size) {
        return {};
    }
    unsigned char any = 0;
    for (const unsigned char byte : secret.view()) any |= byte;
    return any == 0 && is_montgomery(curve.curve) ? SecretBytes{} : std::move(secret);
}

/// The two parties of an agreement, as bytes: `apu` and `apv`. RFC 7518 §4.6.1.2
struct AgreementParties {
    std::string producer = {};
    std::string recipient = {};
};

/// The inputs of the derivation, besides the secret. RFC 7518 §4.6.2
[[nodiscard]] inline std::string other_info(std::string_view algorithm, const AgreementParties& parties,
                                            std::size_t key_size) {
    std::string info;
    const auto add_number = [&](std::size_t number) {
        for (int shift = 24; shift >= 0; shift -= 8) info += static_cast<char>(number >> shift & 0xff);
    };
    const std::array<std::string_view, 3> texts{algorithm, parties.producer, parties.recipient};
    for (const std::string_view text : texts) {
        add_number(text.size());
        info += text;
    }
    add_number(key_size * 8);
    return info;
}

/// Derives a key from a secret: Concat KDF with SHA-256. \param algorithm  the `enc` if the key encrypts the content,
/// else the `alg`. \return the key; empty if OpenSSL fails. NIST SP 800-56A §5.8.1
[[nodiscard]] inline SecretBytes derive_key(const SecretBytes& secret, std::string_view algorithm,
                                            const AgreementParties& parties, std::size_t key_size) {
    const EVP_MD* const digest = fetched_digest(Hash::sha256);
    const DigestContext context{EVP_MD_CTX_new()};
    const std::string info = other_info(algorithm, parties, key_size);
    constexpr std::size_t round_size = 32;
    SecretBytes key{(key_size + round_size - 1) / round_size * round_size};
    for (std::size_t at = 0; at < key.size(); at += round_size) {
        const std::array<unsigned char, 4> round{0, 0, 0, static_cast<unsigned char>(at / round_size + 1)};
        if (digest == nullptr || !context || EVP_DigestInit_ex(context.get(), digest, nullptr) != 1 ||
            EVP_DigestUpdate(context.get(), round.data(), round.size()) != 1 ||
            EVP_DigestUpdate(context.get(), secret.view().data(), secret.size()) != 1 ||
            EVP_DigestUpdate(context.get(), info.data(), info.size()) != 1 ||
            EVP_DigestFinal_ex(context.get(), key.data() + at, nullptr) != 1) {
            return {};
        }
    }
    key.shrink(key_size);
    return key;
}

/// The public half of a key as the value of `epk`. Empty if OpenSSL fails. RFC 7518 §4.6.1.1
[[nodiscard]] inline std::string ephemeral_jwk(EVP_PKEY* key, const NamedCurve& curve) {
    unsigned char* written = nullptr;
    const std::size_t size = EVP_PKEY_get1_encoded_public_key(key, &written);
    const WrittenBytes owner{written};
    const std::string_view point = as_text({written, size});
    const auto member = [&](std::size_t at) { return encode_base64url(point.substr(at, curve.size)); };
    const std::string begin = std::string{R"(","crv":")"} + curve.name + R"(","x":")";
    if (is_montgomery(curve.curve)) {
        return size == curve.size ? R"({"kty":"OKP)" + begin + member(0) + R"("})" : "";
    }
    if (size != 1 + 2 * curve.size) return {};
    return R"({"kty":"EC)" + begin + member(1) + R"(","y":")" + member(1 + curve.size) + R"("})";
}

}  // namespace credence::detail
