// SPDX-License-Identifier: MIT
// Whether the halves of a key pair match, and the public half by itself. RFC 8017 §3.2
#pragma once

#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_checks.hpp>

#include <cstddef>

#include <openssl/core_names.h>
#include <openssl/x509.h>

namespace credence::detail {

/// The public half of a key as a SubjectPublicKeyInfo; empty if OpenSSL does not write it.
[[nodiscard]] inline SecretBytes public_der(const EVP_PKEY* key) {
    if (!openssl_is_running()) return {};
    unsigned char* written = nullptr;
    const int size = i2d_PUBKEY(key, &written);
    if (size <= 0) return {};
    const WrittenBytes owner{written};
    return SecretBytes{ByteView{written, static_cast<std::size_t>(size)}};
}

/// The public half of a key as an object of its own, without any private part. Null if there is none.
[[nodiscard]] inline KeyHandle public_half_of(const EVP_PKEY* key) {
    const SecretBytes der = public_der(key);
    const unsigned char* at = der.view().data();
    return KeyHandle{der.size() == 0 ? nullptr : d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()))};
}

/// The numbers of an RSA private key with two primes, in the order of RFC 8017 A.1.2.
struct RsaNumbers {
    explicit RsaNumbers(const EVP_PKEY* key)
        : modulus(number_of(key, OSSL_PKEY_PARAM_RSA_N)),
          private_exponent(number_of(key, OSSL_PKEY_PARAM_RSA_D)),
          prime_1(number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1)),
          prime_2(number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2)),
          exponent_1(number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT1)),
          exponent_2(number_of(key, OSSL_PKEY_PARAM_RSA_EXPONENT2)),
          coefficient(number_of(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1)) {}

    [[nodiscard]] bool are_all_there() const noexcept {
        return modulus && private_exponent && prime_1 && prime_2 && exponent_1 && exponent_2 && coefficient;
    }

    Number modulus;
    Number private_exponent;
    Number prime_1;
    Number prime_2;
    Number exponent_1;
    Number exponent_2;
    Number coefficient;
};

/// Whether exponent == private_exponent mod (prime - 1).
[[nodiscard]] inline bool is_reduced(const Number& exponent, const Number& private_exponent, const Number& prime,
                                     BN_CTX* context) {
    const Number below{BN_dup(prime.get())};
    const Number reduced{BN_new()};
    return below && reduced && BN_sub_word(below.get(), 1) == 1 &&
           BN_mod(reduced.get(), private_exponent.get(), below.get(), context) == 1 &&
           BN_cmp(reduced.get(), exponent.get()) == 0;
}

/// Whether the primes, and the numbers derived from them, match the modulus. OpenSSL uses them without a check, and a
/// wrong one leaks the others: anybody who sees one faulty signature can factor the modulus.
[[nodiscard]] inline bool has_own_primes(const RsaNumbers& rsa) {
    if (!rsa.are_all_there()) return false;
    const NumberContext context{BN_CTX_secure_new()};
    const Number product{BN_secure_new()};
    if (!context || !product || BN_is_zero(rsa.prime_1.get()) == 1 || BN_is_zero(rsa.prime_2.get()) == 1) return false;
    return BN_mul(product.get(), rsa.prime_1.get(), rsa.prime_2.get(), context.get()) == 1 &&
           BN_cmp(product.get(), rsa.modulus.get()) == 0 &&
           is_reduced(rsa.exponent_1, rsa.private_exponent, rsa.prime_1, context.get()) &&
           is_reduced(rsa.exponent_2, rsa.private_exponent, rsa.prime_2, context.get()) &&
           BN_mod_mul(product.get(), rsa.coefficient.get(), rsa.prime_2.get(), rsa.prime_1.get(), context.get()) == 1 &&
           BN_is_one(product.get()) == 1;
}

/// Whether a private number is below the modulus, as RFC 8017 §3.2 demands. OpenSSL computes with a number of any
/// length, for minutes if necessary. For a key that stays in hardware it cannot be told.
[[nodiscard]] inline bool is_below_modulus(const EVP_PKEY* key, const char* name) {
    if (lacks_number(key, name)) return true;
    const Number number = number_of(key, name);
    const Number modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
    return number && modulus && BN_cmp(number.get(), modulus.get()) < 0;
}

/// Whether the private numbers of an RSA key match its public ones. A key of only modulus and exponents is slow, but
/// valid.
[[nodiscard]] inline bool has_own_rsa_numbers(const EVP_PKEY* key) {
    for (const char* name : {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2}) {
        if (!is_below_modulus(key, name)) return false;
    }
    const bool is_without_primes =
        lacks_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1) && lacks_number(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
    return is_without_primes || has_own_primes(RsaNumbers{key});
}

/// Whether the private number of an EC key matches its point. For a key that stays in hardware it cannot be told.
[[nodiscard]] inline bool has_own_point(EVP_PKEY* key) {
    if (!has_private_half(key, Family::ecdsa)) return true;
    const KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    return context && EVP_PKEY_private_check(context.get()) == 1 && EVP_PKEY_pairwise_check(context.get()) == 1;
}

/// Whether the private numbers of a key for this family match its public ones, as far as they are visible.
[[nodiscard]] inline bool has_own_private_half(EVP_PKEY* key, Family family) {
    switch (family) {
        case Family::rsa_pkcs1:
        case Family::rsa_pss: return has_own_rsa_numbers(key);
        case Family::ecdsa: return has_own_point(key);
        case Family::eddsa: return true;  // derives the public half from the private
        case Family::hmac: break;
    }
    return false;
}

}  // namespace credence::detail
