// SPDX-License-Identifier: MIT
// OpenSSL's ciphers and hashes, each fetched only once: a fetch costs as much as encrypting a short text.
#pragma once

#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <openssl/evp.h>

namespace credence::detail {

using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Cipher = Owned<EVP_CIPHER, EVP_CIPHER_free>;

/// An OpenSSL object that is fetched at its first use and kept until the process ends. A fetch that fails is repeated
/// at the next use. Nothing is fetched after OpenSSL has cleaned up.
template <class Object, auto Free>
class FetchedOnce {
public:
    /// \param fetch  returns an object that the caller owns, or null.
    template <class Fetch>
    [[nodiscard]] const Object* get(Fetch fetch) noexcept {
        Object* known = object_.load(std::memory_order_acquire);
        if (known != nullptr) [[likely]]
            return known;
        Owned<Object, Free> fetched{openssl_is_running() ? fetch() : nullptr};
        if (!fetched) return nullptr;
        if (object_.compare_exchange_strong(known, fetched.get(), std::memory_order_acq_rel)) return fetched.release();
        return known;  // another thread was faster
    }

private:
    std::atomic<Object*> object_ = nullptr;
};

/// The AES modes of encrypted tokens.
enum class AesMode : std::uint8_t { gcm, cbc, ecb };

/// AES of a mode with a key of 16, 24 or 32 bytes; null on failure.
[[nodiscard]] inline const EVP_CIPHER* aes_cipher(AesMode mode, std::size_t key_size) noexcept {
    constexpr std::array<std::array<const char*, 3>, 3> names{{{"AES-128-GCM", "AES-192-GCM", "AES-256-GCM"},
                                                               {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC"},
                                                               {"AES-128-ECB", "AES-192-ECB", "AES-256-ECB"}}};
    static std::array<std::array<FetchedOnce<EVP_CIPHER, EVP_CIPHER_free>, 3>, 3> ciphers;
    const auto row = static_cast<std::size_t>(mode);
    const std::size_t column = key_size / 8 - 2;
    return ciphers[row][column].get([&] { return EVP_CIPHER_fetch(nullptr, names[row][column], nullptr); });
}

/// A hash; SHA-1 for `Hash::none`. Null on failure.
[[nodiscard]] inline const EVP_MD* fetched_digest(Hash hash) noexcept {
    static std::array<FetchedOnce<EVP_MD, EVP_MD_free>, 4> digests;
    const char* const name = hash == Hash::none ? "SHA1" : hash_name(hash);
    return digests[static_cast<std::size_t>(hash)].get([&] { return EVP_MD_fetch(nullptr, name, nullptr); });
}

}  // namespace credence::detail
