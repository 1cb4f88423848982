// SPDX-License-Identifier: MIT
// Whether an algorithm may use a key that OpenSSL has read: type, size, curve, point. RFC 7518 §3.3, §3.4
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/edwards_point.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_parameters.hpp>

#include <array>
#include <cstddef>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/params.h>

namespace credence::detail {

inline constexpr int smallest_modulus_bits = 2048;  // RFC 7518 §3.3
inline constexpr int largest_modulus_bits = 16384;  // beyond, a verification takes too long
inline constexpr int largest_exponent_bits = 64;    // as OpenSSL itself demands for a modulus over 3072 bits

/// A number among a key's parameters; null if the key has none of that name, or OpenSSL cannot give it.
[[nodiscard]] inline Number number_of(const EVP_PKEY* key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) return nullptr;
    return Number{number};
}

/// Whether OpenSSL says that a key does not have a number or bytes of this name. If it lacks the memory to answer, the
/// key may have them.
[[nodiscard]] inline bool lacks(const EVP_PKEY* key, OSSL_PARAM wanted) {
    std::array<OSSL_PARAM, 2> question{wanted, OSSL_PARAM_construct_end()};
    return EVP_PKEY_get_params(key, question.data()) == 1 && OSSL_PARAM_modified(question.data()) == 0;
}
[[nodiscard]] inline bool lacks_number(const EVP_PKEY* key, const char* name) {
    // A key from the caller may be a legacy one of OpenSSL 1.1, which does not say what it lacks.
    if (EVP_PKEY_get0_provider(key) == nullptr) return !number_of(key, name);
    return lacks(key, OSSL_PARAM_construct_BN(name, nullptr, 0));
}

/// Whether this is OpenSSL's name for the type of a key.
[[nodiscard]] inline bool has_type(const EVP_PKEY* key, const char* type) { return EVP_PKEY_is_a(key, type) == 1; }

[[nodiscard]] inline bool is_rsa(const EVP_PKEY* key) { return has_type(key, "RSA") || has_type(key, "RSA-PSS"); }

/// Makes an RSA key. If OpenSSL runs out of memory at the primes, it makes a key without them, which would then be
/// unchecked.
[[nodiscard]] inline KeyHandle make_rsa(KeyParameters& parameters, bool has_primes) {
    KeyHandle key = parameters.make("RSA");
    return key && has_primes && lacks_number(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR1) ? nullptr : std::move(key);
}

/// The private bytes of an Ed25519 or Ed448 key; empty if it has none. `EVP_PKEY_get_raw_private_key` would leave a
/// copy in freed memory.
[[nodiscard]] inline SecretBytes private_bytes_of(const EVP_PKEY* key) {
    SecretBytes bytes{ed448_size};
    std::size_t size = 0;
    const int got = EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PRIV_KEY, bytes.data(), bytes.size(), &size);
    bytes.shrink(got == 1 ? size : 0);
    return bytes;
}

/// Whether a key for algorithms of this family has, or may have, a private half. For a key that stays in hardware this
/// cannot be told.
[[nodiscard]] inline bool has_private_half(const EVP_PKEY* key, Family family) {
    switch (family) {
        case Family::rsa_pkcs1:
        case Family::rsa_pss: return !lacks_number(key, OSSL_PKEY_PARAM_RSA_D);
        case Family::ecdsa: return !lacks_number(key, OSSL_PKEY_PARAM_PRIV_KEY);
        case Family::eddsa: return !lacks(key, OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, nullptr, 0));
        case Family::hmac: break;
    }
    return true;
}

/// The family of a key. If memory runs out, OpenSSL may not know the type of a key; so important checks use the family
/// of the algorithm that the key is for.
[[nodiscard]] inline Family family_of(const EVP_PKEY* key) {
    if (is_rsa(key)) return Family::rsa_pkcs1;
    return has_type(key, "EC") ? Family::ecdsa : Family::eddsa;
}

[[nodiscard]] inline Result<void> check_rsa(const EVP_PKEY* key) {
    const Number modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
    const Number exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
    if (!modulus || !exponent) return bad_key("an RSA key without modulus or exponent");
    const int bits = BN_num_bits(modulus.get());
    if (bits < smallest_modulus_bits) return short_key("an RSA key of less than 2048 bits");
    if (bits > largest_modulus_bits) return bad_key("an RSA key of more than 16384 bits");
    if (BN_is_odd(modulus.get()) == 0) return bad_key("an RSA key with an even modulus");
    if (BN_is_odd(exponent.get()) == 0) return bad_key("an RSA key with an even exponent");
    if (BN_num_bits(exponent.get()) > largest_exponent_bits) return bad_key("an RSA key with an exponent over 64 bits");
    if (BN_num_bits(exponent.get()) < 17) return bad_key("an RSA key with an exponent below 65537");
    return {};
}

/// OpenSSL's number for a curve of ours.
[[nodiscard]] constexpr int curve_id(Curve curve) noexcept {
    switch (curve) {
        case Curve::p256: return NID_X9_62_prime256v1;
        case Curve::p384: return NID_secp384r1;
        case Curve::p521: return NID_secp521r1;
        case Curve::secp256k1: return NID_secp256k1;
        case Curve::ed25519: return NID_ED25519;
        case Curve::ed448: return NID_ED448;
        case Curve::x25519: return NID_X25519;
        case Curve::x448: return NID_X448;
        case Curve::none:
        case Curve::edwards: break;
    }
    return NID_undef;
}

/// The number of the curve that an EC key names; providers spell P-256 in more than one way.
[[nodiscard]] inline int curve_id_of(const EVP_PKEY* key) {
    std::array<char, 64> name{};
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1) return NID_undef;
    const int id = OBJ_txt2nid(name.data());
    return id != NID_undef ? id : EC_curve_nist2nid(name.data());
}

/// The elliptic curve with this number; null if it is not supported.
[[nodiscard]] inline const NamedCurve* curve_with_id(int id) noexcept {
    for (const NamedCurve& curve : ec_curves) {
        if (curve_id(curve.curve) == id) return &curve;
    }
    return nullptr;
}

/// Whether a key names its curve. A curve with explicit parameters may have another generator, for which anybody knows
/// the private key. A provider that does not have this parameter has named curves only.
[[nodiscard]] inline bool names_its_curve(const EVP_PKEY* key) {
    constexpr const char* question = OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS;
    const OSSL_PARAM* const known = EVP_PKEY_gettable_params(key);
    if (known == nullptr || OSSL_PARAM_locate_const(known, question) == nullptr) return true;
    int is_spelled_out = 1;  // also if there is no memory to answer
    return EVP_PKEY_get_int_param(key, question, &is_spelled_out) == 1 && is_spelled_out == 0;
}

[[nodiscard]] inline Result<void> check_ec(EVP_PKEY* key, Curve curve) {
    if (curve_id_of(key) != curve_id(curve)) return bad_key(another_curve);
    if (!names_its_curve(key)) return bad_key("explicit curve parameters are not allowed");
    const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    if (!context || EVP_PKEY_public_check_quick(context.get()) != 1) return bad_key("a point that is not on its curve");
    return {};
}

/// The public bytes of an Ed25519 or Ed448 key.
using EdwardsPoint = std::array<unsigned char, ed448_size>;

/// Whether a private key of Ed25519 or Ed448 has this public half. OpenSSL does not check it.
[[nodiscard]] inline bool has_public_bytes(const KeyHandle& key, ByteView wanted) {
    EdwardsPoint point{};
    std::size_t size = point.size();
    return key && EVP_PKEY_get_raw_public_key(key.get(), point.data(), &size) == 1 &&
           as_text(ByteView{point}.first(size)) == as_text(wanted);
}

[[nodiscard]] inline Result<void> check_edwards(const EVP_PKEY* key, Curve curve) {
    const bool is_ed448 = has_type(key, "ED448");
    if (!is_ed448 && !has_type(key, "ED25519")) return bad_key(another_key_type);
    if (curve != Curve::edwards && (curve == Curve::ed448) != is_ed448) return bad_key(another_curve);
    EdwardsPoint point{};
    std::size_t size = point.size();
    if (EVP_PKEY_get_raw_public_key(key, point.data(), &size) != 1) return bad_key("a key without its public half");
    return is_good_edwards_point(ByteView{point}.first(size), is_ed448)
               ? Result<void>{}
               : bad_key("a point of small order, or not on its curve");
}

/// Whether the public half of a key is valid for `scheme`. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<void> check_public_half(EVP_PKEY* key, Scheme scheme) {
    switch (scheme.family) {
        case Family::rsa_pkcs1: return has_type(key, "RSA") ? check_rsa(key) : bad_key(another_key_type);
        case Family::rsa_pss: return is_rsa(key) ? check_rsa(key) : bad_key(another_key_type);
        case Family::ecdsa: return has_type(key, "EC") ? check_ec(key, scheme.curve) : bad_key(another_key_type);
        case Family::eddsa: return check_edwards(key, scheme.curve);
        case Family::hmac: break;
    }
    return bad_key(another_key_type);
}

}  // namespace credence::detail
