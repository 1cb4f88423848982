// SPDX-License-Identifier: MIT
// A seam between credence and OpenSSL, in this test program alone. Functions with OpenSSL's names count the calls, fail
// the call that a test chooses, and pass all others on to libcrypto. The library does not change. libcrypto's calls of
// its own functions come through here too, and are never failed, because those functions rely on each other.
//
// OpenSSL's own allocations are counted and refused here too. For one source file of a program only.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include <dlfcn.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// The linker's symbols for the start and the end of this program's code.
extern "C" const char __executable_start, etext;

namespace openssl_seam {

/// The number of the call or allocation that fails, counted from one; 0 means none.
struct Countdown {
    std::size_t left = 0;
    bool has_failed = false;

    [[nodiscard]] bool ends() noexcept {
        if (left == 0 || --left > 0) return false;
        has_failed = true;
        return true;
    }
};

inline thread_local constinit Countdown calls;
inline thread_local constinit Countdown allocations;
inline thread_local constinit int failing_number = 0;  // the result of a failing function that returns int
inline thread_local constinit const char* failed_name = "";

/// While it lives, the call into OpenSSL with this number fails. A function that returns int then returns `value`.
class FailingCall {
public:
    FailingCall(std::size_t number, int value) noexcept {
        calls = {number, false};
        failing_number = value;
    }
    FailingCall(const FailingCall&) = delete;
    FailingCall& operator=(const FailingCall&) = delete;
    ~FailingCall() { calls.left = 0; }
};

/// While it lives, the allocation of OpenSSL with this number fails.
class FailingAllocation {
public:
    explicit FailingAllocation(std::size_t number) noexcept { allocations = {number, false}; }
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;
    ~FailingAllocation() { allocations.left = 0; }
};

/// Whether an address is in this program, and not in a shared library.
inline bool is_ours(const void* address) noexcept { return address >= &__executable_start && address < &etext; }

/// Calls libcrypto's function, unless this is the call that must fail.
template <class Return, class... Parameters>
Return pass_on(const void* caller, const char* name, Return (*)(Parameters...),
               std::type_identity_t<Parameters>... arguments) {
    if (is_ours(caller) && calls.ends()) {
        failed_name = name;
        if constexpr (std::is_same_v<Return, int>) return failing_number;
        if constexpr (!std::is_same_v<Return, int>) return Return{};
    }
    const auto original = reinterpret_cast<Return (*)(Parameters...)>(::dlsym(RTLD_NEXT, name));
    if (original == nullptr) std::abort();
    return original(arguments...);
}

inline void* take(std::size_t size, const char* /*file*/, int /*line*/) {
    return size == 0 || allocations.ends() ? nullptr : std::malloc(size);
}
inline void* change(void* content, std::size_t size, const char* /*file*/, int /*line*/) {
    if (size == 0) {
        std::free(content);
        return nullptr;
    }
    return allocations.ends() ? nullptr : std::realloc(content, size);
}
inline void give_back(void* content, const char* /*file*/, int /*line*/) { std::free(content); }

/// Whether OpenSSL allocates through this file: this can only be set before its first allocation.
inline const bool has_allocations = CRYPTO_set_mem_functions(take, change, give_back) == 1;

}  // namespace openssl_seam

// NOLINTBEGIN(cppcoreguidelines-macro-usage): only a macro can make a function of a name that it is given.
#define CREDENCE_SEAM(Return, name, parameters, ...)                                          \
    extern "C" Return name parameters {                                                       \
        return openssl_seam::pass_on(__builtin_return_address(0), #name, &name, __VA_ARGS__); \
    }
#define CREDENCE_SEAM_OF_NOTHING(Return, name) \
    extern "C" Return name() { return openssl_seam::pass_on(__builtin_return_address(0), #name, &name); }
// NOLINTEND(cppcoreguidelines-macro-usage)

// The functions of OpenSSL that the library calls and that can fail, with their parameters and the call that passes
// them on.
// clang-format off
CREDENCE_SEAM(BIO*, BIO_new, (const BIO_METHOD* a), a)
CREDENCE_SEAM(BIO*, BIO_new_mem_buf, (const void* a, int b), a, b)
CREDENCE_SEAM(BIGNUM*, BN_bin2bn, (const unsigned char* a, int b, BIGNUM* c), a, b, c)
CREDENCE_SEAM(int, BN_bn2binpad, (const BIGNUM* a, unsigned char* b, int c), a, b, c)
CREDENCE_SEAM(int, BN_bn2nativepad, (const BIGNUM* a, unsigned char* b, int c), a, b, c)
CREDENCE_SEAM(BIGNUM*, BN_CTX_get, (BN_CTX* a), a)
CREDENCE_SEAM_OF_NOTHING(BN_CTX*, BN_CTX_new)
CREDENCE_SEAM_OF_NOTHING(BN_CTX*, BN_CTX_secure_new)
CREDENCE_SEAM(int, BN_div, (BIGNUM* a, BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e), a, b, c, d, e)
CREDENCE_SEAM(BIGNUM*, BN_dup, (const BIGNUM* a), a)
CREDENCE_SEAM(BIGNUM*, BN_lebin2bn, (const unsigned char* a, int b, BIGNUM* c), a, b, c)
CREDENCE_SEAM(int, BN_mod_add, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e), a, b, c, d, e)
CREDENCE_SEAM(int, BN_mod_mul, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e), a, b, c, d, e)
CREDENCE_SEAM(int, BN_mul, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c, BN_CTX* d), a, b, c, d)
CREDENCE_SEAM_OF_NOTHING(BIGNUM*, BN_new)
CREDENCE_SEAM_OF_NOTHING(BIGNUM*, BN_secure_new)
CREDENCE_SEAM(int, BN_set_bit, (BIGNUM* a, int b), a, b)
CREDENCE_SEAM(int, BN_set_word, (BIGNUM* a, unsigned long b), a, b)
CREDENCE_SEAM(int, BN_sub, (BIGNUM* a, const BIGNUM* b, const BIGNUM* c), a, b, c)
CREDENCE_SEAM(int, BN_sub_word, (BIGNUM* a, unsigned long b), a, b)
CREDENCE_SEAM(EVP_PKEY*, d2i_AutoPrivateKey, (EVP_PKEY** a, const unsigned char** b, long c), a, b, c)
CREDENCE_SEAM(PKCS8_PRIV_KEY_INFO*, d2i_PKCS8_PRIV_KEY_INFO, (PKCS8_PRIV_KEY_INFO** a, const unsigned char** b, long c), a, b, c)
CREDENCE_SEAM(EVP_PKEY*, d2i_PrivateKey, (int a, EVP_PKEY** b, const unsigned char** c, long d), a, b, c, d)
CREDENCE_SEAM(EVP_PKEY*, d2i_PUBKEY, (EVP_PKEY** a, const unsigned char** b, long c), a, b, c)
CREDENCE_SEAM(EVP_PKEY*, d2i_PublicKey, (int a, EVP_PKEY** b, const unsigned char** c, long d), a, b, c, d)
CREDENCE_SEAM(X509*, d2i_X509, (X509** a, const unsigned char** b, long c), a, b, c)
CREDENCE_SEAM(X509_SIG*, d2i_X509_SIG, (X509_SIG** a, const unsigned char** b, long c), a, b, c)
CREDENCE_SEAM(int, EVP_Digest, (const void* a, size_t b, unsigned char* c, unsigned int* d, const EVP_MD* e, ENGINE* f), a, b, c, d, e, f)
CREDENCE_SEAM(int, EVP_DigestFinal_ex, (EVP_MD_CTX* a, unsigned char* b, unsigned int* c), a, b, c)
CREDENCE_SEAM(int, EVP_DigestInit_ex, (EVP_MD_CTX* a, const EVP_MD* b, ENGINE* c), a, b, c)
CREDENCE_SEAM(int, EVP_DigestSign, (EVP_MD_CTX* a, unsigned char* b, size_t* c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_DigestSignInit_ex, (EVP_MD_CTX* a, EVP_PKEY_CTX** b, const char* c, OSSL_LIB_CTX* d, const char* e, EVP_PKEY* f, const OSSL_PARAM* g), a, b, c, d, e, f, g)
CREDENCE_SEAM(int, EVP_DigestUpdate, (EVP_MD_CTX* a, const void* b, size_t c), a, b, c)
CREDENCE_SEAM(int, EVP_DigestVerify, (EVP_MD_CTX* a, const unsigned char* b, size_t c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_DigestVerifyInit_ex, (EVP_MD_CTX* a, EVP_PKEY_CTX** b, const char* c, OSSL_LIB_CTX* d, const char* e, EVP_PKEY* f, const OSSL_PARAM* g), a, b, c, d, e, f, g)
CREDENCE_SEAM(int, EVP_MD_CTX_copy_ex, (EVP_MD_CTX* a, const EVP_MD_CTX* b), a, b)
CREDENCE_SEAM_OF_NOTHING(EVP_MD_CTX*, EVP_MD_CTX_new)
CREDENCE_SEAM(EVP_MD*, EVP_MD_fetch, (OSSL_LIB_CTX* a, const char* b, const char* c), a, b, c)
CREDENCE_SEAM(EVP_PKEY*, EVP_PKCS82PKEY, (const PKCS8_PRIV_KEY_INFO* a), a)
CREDENCE_SEAM(PKCS8_PRIV_KEY_INFO*, EVP_PKEY2PKCS8, (const EVP_PKEY* a), a)
CREDENCE_SEAM(EVP_PKEY_CTX*, EVP_PKEY_CTX_dup, (const EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(EVP_PKEY_CTX*, EVP_PKEY_CTX_new_from_name, (OSSL_LIB_CTX* a, const char* b, const char* c), a, b, c)
CREDENCE_SEAM(EVP_PKEY_CTX*, EVP_PKEY_CTX_new_from_pkey, (OSSL_LIB_CTX* a, EVP_PKEY* b, const char* c), a, b, c)
CREDENCE_SEAM(int, EVP_PKEY_CTX_set_rsa_mgf1_md, (EVP_PKEY_CTX* a, const EVP_MD* b), a, b)
CREDENCE_SEAM(int, EVP_PKEY_CTX_set_rsa_padding, (EVP_PKEY_CTX* a, int b), a, b)
CREDENCE_SEAM(int, EVP_PKEY_CTX_set_rsa_pss_saltlen, (EVP_PKEY_CTX* a, int b), a, b)
CREDENCE_SEAM(int, EVP_PKEY_CTX_set_signature_md, (EVP_PKEY_CTX* a, const EVP_MD* b), a, b)
CREDENCE_SEAM(int, EVP_PKEY_fromdata, (EVP_PKEY_CTX* a, EVP_PKEY** b, int c, OSSL_PARAM* d), a, b, c, d)
CREDENCE_SEAM(int, EVP_PKEY_fromdata_init, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, EVP_PKEY_get_bits, (const EVP_PKEY* a), a)
CREDENCE_SEAM(int, EVP_PKEY_get_bn_param, (const EVP_PKEY* a, const char* b, BIGNUM** c), a, b, c)
CREDENCE_SEAM(int, EVP_PKEY_get_group_name, (const EVP_PKEY* a, char* b, size_t c, size_t* d), a, b, c, d)
CREDENCE_SEAM(int, EVP_PKEY_get_int_param, (const EVP_PKEY* a, const char* b, int* c), a, b, c)
CREDENCE_SEAM(int, EVP_PKEY_get_octet_string_param, (const EVP_PKEY* a, const char* b, unsigned char* c, size_t d, size_t* e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_PKEY_get_raw_public_key, (const EVP_PKEY* a, unsigned char* b, size_t* c), a, b, c)
CREDENCE_SEAM(int, EVP_PKEY_get_size, (const EVP_PKEY* a), a)
CREDENCE_SEAM(EVP_PKEY*, EVP_PKEY_new_raw_private_key_ex, (OSSL_LIB_CTX* a, const char* b, const char* c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(EVP_PKEY*, EVP_PKEY_new_raw_public_key_ex, (OSSL_LIB_CTX* a, const char* b, const char* c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_PKEY_pairwise_check, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, EVP_PKEY_private_check, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, EVP_PKEY_public_check_quick, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, EVP_PKEY_sign, (EVP_PKEY_CTX* a, unsigned char* b, size_t* c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_PKEY_sign_init, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, EVP_PKEY_up_ref, (EVP_PKEY* a), a)
CREDENCE_SEAM(int, EVP_PKEY_verify, (EVP_PKEY_CTX* a, const unsigned char* b, size_t c, const unsigned char* d, size_t e), a, b, c, d, e)
CREDENCE_SEAM(int, EVP_PKEY_verify_init, (EVP_PKEY_CTX* a), a)
CREDENCE_SEAM(int, i2d_PUBKEY, (const EVP_PKEY* a, unsigned char** b), a, b)
CREDENCE_SEAM(int, PEM_do_header, (EVP_CIPHER_INFO* a, unsigned char* b, long* c, pem_password_cb* d, void* e), a, b, c, d, e)
CREDENCE_SEAM(int, PEM_get_EVP_CIPHER_INFO, (char* a, EVP_CIPHER_INFO* b), a, b)
CREDENCE_SEAM(int, PEM_read_bio_ex, (BIO* a, char** b, char** c, unsigned char** d, long* e, unsigned int f), a, b, c, d, e, f)
CREDENCE_SEAM(int, PEM_write_bio_PKCS8, (BIO* a, const X509_SIG* b), a, b)
CREDENCE_SEAM(int, PEM_write_bio_PKCS8_PRIV_KEY_INFO, (BIO* a, const PKCS8_PRIV_KEY_INFO* b), a, b)
CREDENCE_SEAM(int, PEM_write_bio_PUBKEY, (BIO* a, const EVP_PKEY* b), a, b)
CREDENCE_SEAM(PKCS8_PRIV_KEY_INFO*, PKCS8_decrypt, (const X509_SIG* a, const char* b, int c), a, b, c)
CREDENCE_SEAM(X509_SIG*, PKCS8_encrypt, (int a, const EVP_CIPHER* b, const char* c, int d, unsigned char* e, int f, int g, PKCS8_PRIV_KEY_INFO* h), a, b, c, d, e, f, g, h)
CREDENCE_SEAM(int, PKCS8_pkey_get0, (const ASN1_OBJECT** a, const unsigned char** b, int* c, const X509_ALGOR** d, const PKCS8_PRIV_KEY_INFO* e), a, b, c, d, e)
CREDENCE_SEAM(int, RAND_priv_bytes_ex, (OSSL_LIB_CTX* a, unsigned char* b, size_t c, unsigned int d), a, b, c, d)
CREDENCE_SEAM(EVP_PKEY*, X509_get_pubkey, (X509* a), a)
// clang-format on
