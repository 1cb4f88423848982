// SPDX-License-Identifier: MIT
// Reads keys from DER by their numbers: OpenSSL's own readers leave copies of private keys in freed memory. RFC 8017
// A.1, RFC 5915 §3, RFC 5208 §5, RFC 8410 §7
#pragma once

#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_parameters.hpp>
#include <credence/keys/detail/other_format.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
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
inline constexpr std::string_view scrypt_oid = "\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
inline constexpr std::string_view ec_oid = "\x2a\x86\x48\xce\x3d\x02\x01";

/// Takes an element of a tag off the front of `der`; an empty one if there is none.
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
    const bool is_short = number.size() < 2 || number[0] != 0 || number[1] >= 0x80;  // as in DER
    return !number.empty() && number[0] < 0x80 && is_short && parameters.add_number(name, number);
}

/// Reads an RSAPublicKey. OpenSSL's own reader makes a legacy key, of the kind before providers.
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

/// The public point at the end of an ECPrivateKey; empty if there is none.
[[nodiscard]] inline ByteView take_point(ByteView& der) noexcept {
    constexpr char tag = static_cast<char>(0xa1);
    ByteView wrapped = take_tagged(der, tag);
    const ByteView bits = take_tagged(wrapped, der_bits);
    return wrapped.empty() && bits.size() > 1 && bits[0] == 0 ? bits.subspan(1) : ByteView{};
}

/// Reads an ECPrivateKey on the curve that it names, or else on the given one. Null also for keys that OpenSSL must
/// read: those on other curves, and those without their point, which must be computed.
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

/// Whether a PrivateKeyInfo includes a public half. RFC 5958 §2
[[nodiscard]] inline bool has_public_half(ByteView der) {
    constexpr char attributes = static_cast<char>(0xa0);
    ByteView parts = take_tagged(der, der_sequence);
    static_cast<void>(take_tagged(parts, der_integer));
    static_cast<void>(take_tagged(parts, der_sequence));
    static_cast<void>(take_tagged(parts, der_octets));
    static_cast<void>(take_tagged(parts, attributes));
    return !parts.empty();
}

/// Reads the private key of Ed25519 or Ed448 with its public half, which must be its own: version 1 of PKCS #8. OpenSSL
/// 3.0 does not know it, and OpenSSL 3.5 ignores the public half. RFC 5958 §2, RFC 8410 §7
[[nodiscard]] inline KeyHandle read_edwards_pair(ByteView der) {
    constexpr char attributes = static_cast<char>(0xa0), public_key = static_cast<char>(0x81);
    constexpr char explicit_public_key = static_cast<char>(0xa1);  // as ring writes it, contrary to RFC 5958
    ByteView parts = take_tagged(der, der_sequence);
    const ByteView version = take_tagged(parts, der_integer);
    ByteView algorithm = take_tagged(parts, der_sequence);
    const NamedCurve* const curve = curve_with_oid(take_tagged(algorithm, der_oid), okp_curves);
    const ByteView inner = take_tagged(parts, der_octets);
    static_cast<void>(take_tagged(parts, attributes));
    ByteView bits = take_tagged(parts, public_key);
    if (ByteView wrapped = take_tagged(parts, explicit_public_key); !wrapped.empty()) {
        bits = take_tagged(wrapped, der_bits);
        if (!wrapped.empty()) return nullptr;
    }
    const bool is_complete = der.empty() && parts.empty() && algorithm.empty();
    if (!is_complete || curve == nullptr || version.size() != 1 || version[0] != 1) return nullptr;
    if (bits.size() != 1 + curve->size || bits[0] != 0) return nullptr;
    KeyHandle key = read_edwards_private(inner, *curve);
    return has_public_bytes(key, bits.subspan(1)) ? std::move(key) : nullptr;
}

[[nodiscard]] inline ByteView bytes_of(const ASN1_OBJECT* object) {
    return {OBJ_get0_data(object), OBJ_length(object)};
}

/// The most work for a passphrase: iterations of PBKDF2, or N · r · p of scrypt. OWASP recommends 600,000 iterations;
/// ten million take a minute.
inline constexpr std::uint64_t most_iterations = 10'000'000;

/// Takes a positive INTEGER; more than `most_iterations` if it does not fit, nullopt if there is none.
[[nodiscard]] inline std::optional<std::uint64_t> take_count(ByteView& der) {
    const ByteView digits = take_tagged(der, der_integer);
    if (digits.empty() || digits[0] >= 0x80) return std::nullopt;
    if (digits.size() > 8) return most_iterations + 1;
    std::uint64_t count = 0;
    for (const unsigned char digit : digits) count = count << 8 | digit;
    return count;
}

/// The product of N, r and p; more than `most_iterations` if it does not fit. RFC 7914 §7
[[nodiscard]] inline std::optional<std::uint64_t> scrypt_cost(ByteView parameters) {
    std::uint64_t cost = 1;
    for (int factors = 0; factors < 3; ++factors) {
        const auto factor = take_count(parameters);
        if (!factor || *factor == 0) return std::nullopt;
        cost = *factor > most_iterations / cost ? most_iterations + 1 : cost * *factor;
        if (cost > most_iterations) return cost;
    }
    return cost;
}

/// The iteration count of an EncryptedPrivateKeyInfo, or the cost of scrypt; nullopt if it cannot be read.
/// RFC 8018 A.2, A.3, A.4
[[nodiscard]] inline std::optional<std::uint64_t> iterations_of(ByteView der) {
    ByteView info = take_tagged(der, der_sequence);
    ByteView scheme = take_tagged(info, der_sequence);
    static_cast<void>(take_tagged(scheme, der_oid));
    ByteView parameters = take_tagged(scheme, der_sequence);
    ByteView derivation = take_tagged(parameters, der_sequence);  // of PBES2; PBES1 has salt and count right here
    bool is_scrypt = false;
    if (!derivation.empty()) {
        is_scrypt = as_text(take_tagged(derivation, der_oid)) == scrypt_oid;
        parameters = take_tagged(derivation, der_sequence);
    }
    static_cast<void>(take_tagged(parameters, der_octets));
    return is_scrypt ? scrypt_cost(parameters) : take_count(parameters);
}

/// Reads the contents of a PrivateKeyInfo without a public half. Types that only OpenSSL knows, such as RSASSA-PSS, are
/// left to it.
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

/// Reads a PrivateKeyInfo. One with a public half is read for Edwards curves alone: OpenSSL 3.0 reads none of them.
[[nodiscard]] inline KeyHandle read_plain_pkcs8(ByteView der) {
    if (has_public_half(der)) return read_edwards_pair(der);
    return read_pkcs8(
        read_whole<Pkcs8>(der, [](auto at, long size) { return d2i_PKCS8_PRIV_KEY_INFO(nullptr, at, size); }));
}

[[nodiscard]] inline KeyHandle read_encrypted_pkcs8(ByteView der, std::string_view passphrase) {
    const auto encrypted =
        read_whole<EncryptedPkcs8>(der, [](auto at, long size) { return d2i_X509_SIG(nullptr, at, size); });
    if (!encrypted || passphrase.empty()) return nullptr;
    const X509_ALGOR* algorithm = nullptr;
    const ASN1_OCTET_STRING* content = nullptr;
    X509_SIG_get0(encrypted.get(), &algorithm, &content);
    struct Plain {
        ~Plain() { OPENSSL_clear_free(bytes, static_cast<std::size_t>(size)); }
        unsigned char* bytes = nullptr;
        int size = 0;
    } plain;
    // PKCS8_decrypt would read the result, too, as this version of OpenSSL does it.
    if (PKCS12_pbe_crypt(algorithm, passphrase.data(), static_cast<int>(passphrase.size()),
                         ASN1_STRING_get0_data(content), ASN1_STRING_length(content), &plain.bytes, &plain.size,
                         0) == nullptr) {
        return nullptr;
    }
    return read_plain_pkcs8({plain.bytes, static_cast<std::size_t>(plain.size)});
}

/// Reads a bare ECPrivateKey.
[[nodiscard]] inline KeyHandle read_sec1(ByteView der) {
    KeyHandle key = read_ec_private(der, {});
    if (key) return key;
    return read_whole<KeyHandle>(der,
                                 [](auto at, long size) { return d2i_PrivateKey(EVP_PKEY_EC, nullptr, at, size); });
}

/// Whether a SubjectPublicKeyInfo contains the key and nothing else. OpenSSL ignores bytes after the end of an RSA key,
/// and accepts a hybrid point, which RFC 5480 §2.2 forbids.
[[nodiscard]] inline bool is_just_a_key(ByteView type, ByteView content) {
    // Only an RSA key is DER inside. A point is bare bytes: that of Ed25519 or Ed448 may begin like DER by chance.
    if (as_text(type) == rsa_oid || as_text(type) == rsa_pss_oid) return is_whole_inside(content);
    return as_text(type) != ec_oid || (content.front() != 6 && content.front() != 7);
}

[[nodiscard]] inline KeyHandle read_spki(ByteView der) {
    ByteView rest = der;
    ByteView body = take_tagged(rest, der_sequence);
    ByteView algorithm = take_tagged(body, der_sequence);
    const ByteView type = take_tagged(algorithm, der_oid);
    const ByteView bits = take_tagged(body, der_bits);
    if (bits.size() < 2 || bits[0] != 0) return nullptr;  // [0]: the number of unused bits at the end
    if (!is_just_a_key(type, bits.subspan(1))) return nullptr;
    return read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_PUBKEY(nullptr, at, size); });
}

[[nodiscard]] inline KeyHandle read_certificate(ByteView der) {
    const auto certificate =
        read_whole<Certificate>(der, [](auto at, long size) { return d2i_X509(nullptr, at, size); });
    if (!certificate) return nullptr;
    unsigned char* written = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &written);
    if (size <= 0) return nullptr;
    const WrittenBytes owner{written};
    return read_spki({written, static_cast<std::size_t>(size)});
}

/// Reads DER of a recognised form. Null if the contents are malformed, or the passphrase is wrong.
[[nodiscard]] inline KeyHandle read_form(ByteView der, KeyForm form, std::string_view passphrase) {
    switch (form) {
        case KeyForm::spki: return read_spki(der);
        case KeyForm::certificate: return read_certificate(der);
        case KeyForm::encrypted_pkcs8: return read_encrypted_pkcs8(der, passphrase);
        case KeyForm::pkcs8: return read_plain_pkcs8(der);
        case KeyForm::pkcs1_private: return read_rsa_private(der);
        case KeyForm::sec1: return read_sec1(der);
        case KeyForm::pkcs1_public: return read_rsa_public(der);
        case KeyForm::certificate_request:
        case KeyForm::unknown: break;
    }
    return nullptr;
}

/// The half of a key pair that a reader must find; the other is refused.
enum class KeyHalf : std::uint8_t { public_half, private_half };

/// Reads a key from DER. \return an OpenSSL key of which only the form was checked.
[[nodiscard]] inline Result<KeyHandle> read_der(ByteView der, KeyHalf wanted, std::string_view passphrase) {
    if (der.size() > longest_key_text) return bad_key("more than 1 MiB of bytes");
    const KeyForm form = form_of(der);
    if (form == KeyForm::unknown) return bad_key(other_format(as_text(der), "no key in DER"));
    if (form == KeyForm::certificate_request) return bad_key("a certificate request");
    if (wanted == KeyHalf::public_half && !is_public_form(form))
        return bad_key("expected a public key, found a private one");
    if (wanted == KeyHalf::private_half && !is_private_form(form))
        return bad_key("expected a private key, found a public one");
    if (form == KeyForm::encrypted_pkcs8) {
        if (passphrase.empty()) return bad_key("the key is encrypted, and no passphrase was given");
        const auto iterations = iterations_of(der);
        if (!iterations) return bad_key("the key's encryption is not supported");
        if (*iterations > most_iterations) return bad_key("the key's encryption has more than 10,000,000 iterations");
    }
    KeyHandle key = read_form(der, form, passphrase);
    if (key) return Result<KeyHandle>{std::move(key)};
    return bad_key(form == KeyForm::encrypted_pkcs8 ? "wrong passphrase for an encrypted key" : "a damaged key");
}

}  // namespace credence::detail
