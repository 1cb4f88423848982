// SPDX-License-Identifier: MIT
// Keys from DER by way of their numbers: OpenSSL's own readers leave copies of a private key in memory that they give
// back. RFC 8017 A.1, RFC 5915 §3, RFC 5208 §5, RFC 8410 §7
#pragma once

#include <credence/detail/key_material_checks.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/key_material_numbers.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/objects.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

namespace credence::detail {

/// The object identifiers of key types, without tag and length. RFC 8017 A.1, A.2.3, RFC 5480 §2.1.1
inline constexpr std::string_view rsa_oid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
inline constexpr std::string_view rsa_pss_oid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
inline constexpr std::string_view ec_oid = "\x2a\x86\x48\xce\x3d\x02\x01";

/// Takes an element of a tag off `der`; an empty one when there is none.
[[nodiscard]] inline ByteView take_tagged(ByteView& der, char tag) noexcept {
    ByteView rest = der;
    const auto element = take_der(rest);
    if (!element || static_cast<char>(element->tag) != tag) return {};
    der = rest;
    return element->content;
}

/// Adds one of RSA's numbers, which are positive.
[[nodiscard]] inline bool take_number(ByteView& der, const char* name, KeyParameters& parameters) {
    const ByteView number = take_tagged(der, der_integer);
    const bool is_short = number.size() < 2 || number[0] != 0 || number[1] >= 0x80;  // as DER writes it
    return !number.empty() && number[0] < 0x80 && is_short && parameters.add_number(name, number);
}

/// Reads an RSAPublicKey. OpenSSL's own reader makes a key of the kind that it had before providers.
[[nodiscard]] inline KeyHandle read_rsa_public(ByteView der) {
    ByteView numbers = take_tagged(der, der_sequence);
    KeyParameters parameters;
    if (!take_number(numbers, OSSL_PKEY_PARAM_RSA_N, parameters)) return nullptr;
    if (!take_number(numbers, OSSL_PKEY_PARAM_RSA_E, parameters)) return nullptr;
    return der.empty() && numbers.empty() ? parameters.make("RSA") : nullptr;
}

/// Reads an RSAPrivateKey: a version of 0 for two primes, and eight numbers.
[[nodiscard]] inline KeyHandle read_rsa_private(ByteView der) {
    constexpr std::array<const char*, 8> names{OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
                                               OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
                                               OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
                                               OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    ByteView numbers = take_tagged(der, der_sequence);
    const ByteView version = take_tagged(numbers, der_integer);
    if (!der.empty() || version.size() != 1 || version[0] != 0) return nullptr;
    KeyParameters parameters;
    for (const char* const name : names) {
        if (!take_number(numbers, name, parameters)) return nullptr;
    }
    return numbers.empty() ? make_rsa(parameters, true) : nullptr;
}

/// The public point at the end of an ECPrivateKey; empty when there is none.
[[nodiscard]] inline ByteView take_point(ByteView& der) noexcept {
    constexpr char tag = static_cast<char>(0xa1);
    ByteView wrapped = take_tagged(der, tag);
    const ByteView bits = take_tagged(wrapped, der_bits);
    return wrapped.empty() && bits.size() > 1 && bits[0] == 0 ? bits.subspan(1) : ByteView{};
}

/// Reads an ECPrivateKey on a curve that it names itself, or else on the one given. Null also for what is left to
/// OpenSSL: other curves, and a key without its point, which would have to be computed.
[[nodiscard]] inline KeyHandle read_ec_private(ByteView der, ByteView curve_oid) {
    constexpr char tag = static_cast<char>(0xa0);
    ByteView parts = take_tagged(der, der_sequence);
    const ByteView version = take_tagged(parts, der_integer);
    const ByteView number = take_tagged(parts, der_octets);
    ByteView named = take_tagged(parts, tag);
    const ByteView own_oid = take_tagged(named, der_oid);
    const ByteView point = take_point(parts);
    const NamedCurve* const curve = curve_with_oid(own_oid.empty() ? curve_oid : own_oid, ec_curves);
    const bool is_complete = der.empty() && parts.empty() && named.empty() && !number.empty() && !point.empty();
    if (!is_complete || curve == nullptr || version.size() != 1 || version[0] != 1) return nullptr;
    if (!own_oid.empty() && !curve_oid.empty() && as_text(own_oid) != as_text(curve_oid)) return nullptr;
    KeyParameters parameters;
    parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, curve->native);
    parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes{point});
    return parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, number) ? parameters.make("EC") : nullptr;
}

/// Reads a CurvePrivateKey, an OCTET STRING in an OCTET STRING.
[[nodiscard]] inline KeyHandle read_edwards_private(ByteView der, const NamedCurve& curve) {
    const ByteView bytes = take_tagged(der, der_octets);
    if (!der.empty() || bytes.size() != curve.size) return nullptr;
    return KeyHandle{EVP_PKEY_new_raw_private_key_ex(nullptr, curve.native, nullptr, bytes.data(), bytes.size())};
}

/// Reads the private key of Ed25519 or Ed448 that has its public half beside it: version 1 of PKCS #8, which OpenSSL
/// 3.0 does not know. RFC 5958 §2, RFC 8410 §7
[[nodiscard]] inline KeyHandle read_edwards_pair(ByteView der) {
    constexpr char attributes = static_cast<char>(0xa0), public_key = static_cast<char>(0x81);
    ByteView parts = take_tagged(der, der_sequence);
    const ByteView version = take_tagged(parts, der_integer);
    ByteView algorithm = take_tagged(parts, der_sequence);
    const NamedCurve* const curve = curve_with_oid(take_tagged(algorithm, der_oid), okp_curves);
    const ByteView inner = take_tagged(parts, der_octets);
    static_cast<void>(take_tagged(parts, attributes));
    const ByteView bits = take_tagged(parts, public_key);
    const bool is_complete = der.empty() && parts.empty() && algorithm.empty();
    if (!is_complete || curve == nullptr || version.size() != 1 || version[0] != 1) return nullptr;
    if (bits.size() != 1 + curve->size || bits[0] != 0) return nullptr;
    KeyHandle key = read_edwards_private(inner, *curve);
    return has_public_bytes(key, bits.subspan(1)) ? std::move(key) : nullptr;
}

[[nodiscard]] inline ByteView bytes_of(const ASN1_OBJECT* object) {
    return {OBJ_get0_data(object), OBJ_length(object)};
}

/// Reads what a PrivateKeyInfo of version 0 holds. The types that only OpenSSL knows, RSASSA-PSS among them, are left
/// to it.
[[nodiscard]] inline KeyHandle read_pkcs8(const Pkcs8& info) {
    const ASN1_OBJECT* type = nullptr;
    const unsigned char* bytes = nullptr;
    int size = 0;
    const X509_ALGOR* algorithm = nullptr;
    if (!info || PKCS8_pkey_get0(&type, &bytes, &size, &algorithm, info.get()) != 1) return nullptr;
    const ByteView inner{bytes, static_cast<std::size_t>(size)};
    if (!is_whole_inside(inner)) return nullptr;
    if (as_text(bytes_of(type)) == rsa_oid) return read_rsa_private(inner);
    if (const NamedCurve* const curve = curve_with_oid(bytes_of(type), okp_curves)) {
        return read_edwards_private(inner, *curve);
    }
    int kind = 0;
    const void* value = nullptr;
    X509_ALGOR_get0(nullptr, &kind, &value, algorithm);
    if (as_text(bytes_of(type)) == ec_oid && kind == V_ASN1_OBJECT) {
        KeyHandle key = read_ec_private(inner, bytes_of(static_cast<const ASN1_OBJECT*>(value)));
        if (key) return key;
    }
    return KeyHandle{EVP_PKCS82PKEY(info.get())};
}

/// Reads a PrivateKeyInfo of either version.
[[nodiscard]] inline KeyHandle read_plain_pkcs8(ByteView der) {
    if (KeyHandle pair = read_edwards_pair(der)) return pair;
    return read_pkcs8(
        read_whole<Pkcs8>(der, [](auto at, long size) { return d2i_PKCS8_PRIV_KEY_INFO(nullptr, at, size); }));
}

[[nodiscard]] inline KeyHandle read_encrypted_pkcs8(ByteView der, std::string_view passphrase) {
    const auto encrypted =
        read_whole<EncryptedPkcs8>(der, [](auto at, long size) { return d2i_X509_SIG(nullptr, at, size); });
    if (!encrypted || passphrase.empty()) return nullptr;
    return read_pkcs8(Pkcs8{PKCS8_decrypt(encrypted.get(), passphrase.data(), static_cast<int>(passphrase.size()))});
}

/// Reads an ECPrivateKey that stands alone.
[[nodiscard]] inline KeyHandle read_sec1(ByteView der) {
    KeyHandle key = read_ec_private(der, {});
    if (key) return key;
    return read_whole<KeyHandle>(der,
                                 [](auto at, long size) { return d2i_PrivateKey(EVP_PKEY_EC, nullptr, at, size); });
}

}  // namespace credence::detail
