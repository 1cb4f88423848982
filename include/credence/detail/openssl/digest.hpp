// SPDX-License-Identifier: MIT
// Hash functions, computed by OpenSSL.
#pragma once

#include <credence/bytes.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

namespace credence::detail {

/// The reason of an error if a hash cannot be computed.
inline constexpr std::string_view no_hash = "OpenSSL cannot compute the hash";

/// Fetches a hash's implementation; an empty handle for `Hash::none` and on failure.
[[nodiscard]] inline Digest fetch_digest(Hash hash) {
    if (hash == Hash::none || !openssl_is_running()) return nullptr;
    return Digest{EVP_MD_fetch(nullptr, hash_name(hash), nullptr)};
}

/// Hashes `bytes`; returns an empty string if OpenSSL fails, mostly because memory ran out.
[[nodiscard]] inline std::string hash_bytes(Hash hash, ByteView bytes) {
    const Digest digest = fetch_digest(hash);
    std::array<unsigned char, longest_hash> out;
    if (!digest || EVP_Digest(bytes.data(), bytes.size(), out.data(), nullptr, digest.get(), nullptr) != 1) return {};
    return std::string{as_text({out.data(), hash_size(hash)})};
}

/// The thread's own digest context, made at its first use and kept. Null if the thread has already destroyed its
/// thread-local objects, or if memory runs out.
///
/// The pointer itself needs neither a constructor nor a destructor: reading it costs one instruction, and it is still
/// valid when the destructor of another thread-local object verifies a token.
class ScratchDigest {
public:
    [[nodiscard]] static EVP_MD_CTX* get() noexcept {
        if (context_ == nullptr) [[unlikely]]
            make();
        return context_;
    }

private:
    struct Reaper {
        ~Reaper() {
            EVP_MD_CTX_free(std::exchange(context_, nullptr));
            closed_ = true;
        }
    };

    static void make() noexcept {
        if (closed_) return;
        static thread_local const Reaper reaper;
        static_cast<void>(reaper);
        context_ = EVP_MD_CTX_new();
    }

    static inline constinit thread_local EVP_MD_CTX* context_ = nullptr;
    static inline constinit thread_local bool closed_ = false;
};

/// Hashes with an implementation that is fetched once, for frequent use. Threads may share one.
class Hasher {
public:
    explicit Hasher(Hash hash) : size_(hash_size(hash)), digest_(fetch_digest(hash)) {}

    /// Hashes `bytes`; returns an empty string if OpenSSL fails, mostly because memory ran out.
    [[nodiscard]] std::string operator()(ByteView bytes) const {
        EVP_MD_CTX* const context = ScratchDigest::get();
        std::array<unsigned char, longest_hash> out;
        if (!digest_ || context == nullptr || EVP_DigestInit_ex2(context, digest_.get(), nullptr) != 1 ||
            EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1 ||
            EVP_DigestFinal_ex(context, out.data(), nullptr) != 1)
            return {};
        return std::string{as_text({out.data(), size_})};
    }

private:
    std::size_t size_;
    Digest digest_;
};

}  // namespace credence::detail
