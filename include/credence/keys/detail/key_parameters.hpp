// SPDX-License-Identifier: MIT
// Makes OpenSSL keys from numbers, which are wiped; and the names of these numbers and of curves.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/params.h>

namespace credence::detail {

/// The parameters of an OpenSSL key. They point into buffers that are kept here, and wiped.
class KeyParameters {
public:
    void add_bytes(const char* name, SecretBytes bytes) {
        SecretBytes& kept = kept_.emplace_back(std::move(bytes));
        list_.push_back(OSSL_PARAM_construct_octet_string(name, kept.data(), kept.size()));
    }

    void add_text(const char* name, std::string_view text) {
        SecretBytes& kept = kept_.emplace_back(text.size() + 1);
        text.copy(reinterpret_cast<char*>(kept.data()), text.size());
        list_.push_back(OSSL_PARAM_construct_utf8_string(name, reinterpret_cast<char*>(kept.data()), text.size()));
    }

    /// A number, big-endian as in JWK and DER.
    [[nodiscard]] bool add_number(const char* name, ByteView digits) {
        const Number number{BN_bin2bn(digits.data(), static_cast<int>(digits.size()), nullptr)};
        SecretBytes& kept = kept_.emplace_back(digits.size());
        const auto wanted = static_cast<int>(kept.size());
        if (!number || BN_bn2nativepad(number.get(), kept.data(), wanted) != wanted) return false;
        list_.push_back(OSSL_PARAM_construct_BN(name, kept.data(), kept.size()));
        return true;
    }

    /// The key of a type, with its private half if it has one. Null if OpenSSL refuses.
    [[nodiscard]] KeyHandle make(const char* type) {
        list_.push_back(OSSL_PARAM_construct_end());
        const KeyContext context{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
        EVP_PKEY* key = nullptr;
        if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
            EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, list_.data()) != 1) {
            return nullptr;
        }
        return KeyHandle{key};
    }

private:
    std::vector<SecretBytes> kept_;  // its elements stay in place when it grows
    std::vector<OSSL_PARAM> list_;
};

/// One of RSA's numbers: the JWK's name for it, and OpenSSL's.
struct RsaMember {
    const char* name;
    const char* parameter;
};

inline constexpr std::array<RsaMember, 2> rsa_public_members{
    {{"n", OSSL_PKEY_PARAM_RSA_N}, {"e", OSSL_PKEY_PARAM_RSA_E}}};
inline constexpr std::array<RsaMember, 5> rsa_prime_members{{{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                             {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                             {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                             {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                             {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};

/// A curve: its name in a JWK, its object identifier without tag and length, OpenSSL's name for it, and the bytes of
/// each of its numbers. RFC 7518 §6.2.1.1, RFC 8037 §2, RFC 8812 §3.1, RFC 5480 §2.1.1.1, RFC 8410 §3
struct NamedCurve {
    const char* name;
    std::string_view oid;
    const char* native;
    std::size_t size;
    Curve curve;
};

inline constexpr std::array<NamedCurve, 4> ec_curves{
    {{"P-256", "\x2a\x86\x48\xce\x3d\x03\x01\x07", "prime256v1", 32, Curve::p256},
     {"P-384", {"\x2b\x81\x04\x00\x22", 5}, "secp384r1", 48, Curve::p384},
     {"P-521", {"\x2b\x81\x04\x00\x23", 5}, "secp521r1", 66, Curve::p521},
     {"secp256k1", {"\x2b\x81\x04\x00\x0a", 5}, "secp256k1", 32, Curve::secp256k1}}};
/// The identifiers 1.3.101.110 to 1.3.101.113 happen to be letters: 0x2b, 0x65, and 0x6e to 0x71.
inline constexpr std::array<NamedCurve, 4> okp_curves{{{"Ed25519", "+ep", "ED25519", 32, Curve::ed25519},
                                                       {"Ed448", "+eq", "ED448", 57, Curve::ed448},
                                                       {"X25519", "+en", "X25519", 32, Curve::x25519},
                                                       {"X448", "+eo", "X448", 56, Curve::x448}}};

/// The curve with an object identifier; null if it is not supported.
template <std::size_t Count>
[[nodiscard]] const NamedCurve* curve_with_oid(ByteView oid, const std::array<NamedCurve, Count>& curves) {
    for (const NamedCurve& curve : curves) {
        if (curve.oid == as_text(oid)) return &curve;
    }
    return nullptr;
}

}  // namespace credence::detail
