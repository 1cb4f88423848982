// SPDX-License-Identifier: MIT
// RSAES-OAEP of a content key that does not report a padding error. RFC 8017 §7.1, RFC 7516 §11.5
#pragma once

#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/chosen_bytes.hpp>
#include <credence/jwe/detail/fetched.hpp>
#include <credence/keys/detail/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace credence::detail {

/// The length of the output of a key: that of its modulus.
[[nodiscard]] inline std::size_t oaep_size(const EVP_PKEY* key) noexcept {
    return static_cast<std::size_t>(EVP_PKEY_get_size(key));
}

/// Sets the padding of an initialised context. MGF1 uses the same hash.
[[nodiscard]] inline bool set_oaep(EVP_PKEY_CTX* context, Hash hash) {
    const EVP_MD* const digest = fetched_digest(hash);
    return digest != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) == 1;
}

/// The operation of a key.
enum class KeyUse : std::uint8_t { encrypt, decrypt };

/// Contexts that are initialised for one use of a key: setting the hashes takes OpenSSL a quarter of the time of an
/// encryption. Null if OpenSSL fails.
[[nodiscard]] inline std::unique_ptr<ContextPool> oaep_contexts(EVP_PKEY* key, Hash hash, KeyUse use) {
    KeyContext context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    if (!context) return nullptr;
    const int started =
        use == KeyUse::encrypt ? EVP_PKEY_encrypt_init(context.get()) : EVP_PKEY_decrypt_init(context.get());
    if (started != 1 || !set_oaep(context.get(), hash)) return nullptr;
    return std::make_unique<ContextPool>(std::move(context));
}

/// Encrypts a content key to `modulus` bytes. \return false if OpenSSL fails.
[[nodiscard]] inline bool seal_oaep(const ContextPool& contexts, std::size_t modulus, ByteView content_key,
                                    unsigned char* out) {
    KeyContext context = contexts.take();
    std::size_t size = modulus;
    if (!context || EVP_PKEY_encrypt(context.get(), out, &size, content_key.data(), content_key.size()) != 1 ||
        size != modulus) {
        return false;
    }
    contexts.give_back(std::move(context));
    return true;
}

/// Decrypts a content key of the length of `content_key`, which holds random bytes. They stay if the padding is wrong
/// or the decrypted key has another length: no branch depends on that, and the tag of the content then fails.
/// \return false for errors that are not secret: a wrong length of the ciphertext, a failure of OpenSSL.
[[nodiscard]] inline bool open_oaep(const ContextPool& contexts, std::size_t modulus, ByteView encrypted,
                                    SecretBytes& content_key) {
    if (encrypted.size() != modulus) return false;
    KeyContext context = contexts.take();
    if (!context) return false;
    SecretBytes opened{encrypted.size()};
    std::size_t size = opened.size();
    const int status = EVP_PKEY_decrypt(context.get(), opened.data(), &size, encrypted.data(), encrypted.size());
    // OpenSSL records a padding error and, if the padding is right, marks the record as void. Clearing the queue here
    // costs the same in both cases; at the end of the call only an error would cost something.
    ERR_clear_error();
    contexts.give_back(std::move(context));
    const auto is_good = static_cast<unsigned>(status == 1) & static_cast<unsigned>(size == content_key.size());
    take_by_mask(mask_if(is_good != 0), opened.view(), content_key.data(), content_key.size());
    return true;
}

}  // namespace credence::detail
