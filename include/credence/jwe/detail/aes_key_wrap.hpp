// SPDX-License-Identifier: MIT
// Wraps a content key with a shared one: AES Key Wrap. RFC 3394, RFC 7518 §4.4
//
// OpenSSL's own unwrapping adds an error to its queue if the integrity check fails, which takes time. This one does the
// same work whether the check fails or not, and uses the processor's AES instructions.
#pragma once

#include <credence/bytes.hpp>
#include <credence/jwe/detail/chosen_bytes.hpp>
#include <credence/jwe/detail/fetched.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace credence::detail {

/// How many bytes AES Key Wrap adds.
inline constexpr std::size_t key_wrap_overhead = 8;

/// AES of single blocks, and the two halves of the block of RFC 3394 §2.2.1: the register A, and one of the registers
/// R.
class WrapBlock {
public:
    static constexpr std::size_t half = 8;
    static constexpr unsigned char initial_value = 0xa6;  ///< RFC 3394 §2.2.3.1

    WrapBlock() noexcept { block_.fill(initial_value); }
    WrapBlock(const WrapBlock&) = delete;
    WrapBlock& operator=(const WrapBlock&) = delete;
    ~WrapBlock() { OPENSSL_cleanse(block_.data(), block_.size()); }

    /// \return false if OpenSSL fails.
    [[nodiscard]] bool begin(ByteView key, bool encrypts) {
        return context_ &&
               EVP_CipherInit_ex2(context_.get(), aes_cipher(AesMode::ecb, key.size()), key.data(), nullptr,
                                  encrypts ? 1 : 0, nullptr) == 1 &&
               EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1;
    }

    /// Encrypts or decrypts the block with `other` as its second half, and writes that half back to `other`.
    [[nodiscard]] bool turn(unsigned char* other) {
        int size = 0;
        std::copy_n(other, half, block_.begin() + half);
        if (EVP_CipherUpdate(context_.get(), block_.data(), &size, block_.data(), 2 * half) != 1) return false;
        std::copy_n(block_.begin() + half, half, other);
        return true;
    }

    /// Adds the number of a step to the register. It is below 256 for every content key.
    void add(std::size_t step) noexcept { block_[half - 1] ^= static_cast<unsigned char>(step); }

    [[nodiscard]] unsigned char* first() noexcept { return block_.data(); }

private:
    CipherContext context_{EVP_CIPHER_CTX_new()};
    std::array<unsigned char, 2 * half> block_;
};

/// Writes `content_key.size() + key_wrap_overhead` bytes. \return false if OpenSSL fails. RFC 3394 §2.2.1
[[nodiscard]] inline bool wrap_key(ByteView key, ByteView content_key, unsigned char* out) {
    WrapBlock block;
    const std::size_t count = content_key.size() / WrapBlock::half;
    std::copy(content_key.begin(), content_key.end(), out + WrapBlock::half);
    if (!block.begin(key, true)) return false;
    for (std::size_t step = 1; step <= 6 * count; ++step) {
        if (!block.turn(out + ((step - 1) % count + 1) * WrapBlock::half)) return false;
        block.add(step);
    }
    std::copy_n(block.first(), WrapBlock::half, out);
    return true;
}

/// Unwraps to `wrapped.size() - key_wrap_overhead` bytes. RFC 3394 §2.2.2
///
/// \param is_good  all bits set if the integrity check holds, else none.
/// \return false if OpenSSL fails.
[[nodiscard]] inline bool unwrap_key(ByteView key, ByteView wrapped, unsigned char* out, unsigned char& is_good) {
    WrapBlock block;
    const std::size_t count = wrapped.size() / WrapBlock::half - 1;
    std::copy_n(wrapped.begin(), WrapBlock::half, block.first());
    std::copy(wrapped.begin() + WrapBlock::half, wrapped.end(), out);
    if (!block.begin(key, false)) return false;
    for (std::size_t step = 6 * count; step > 0; --step) {
        block.add(step);
        if (!block.turn(out + (step - 1) % count * WrapBlock::half)) return false;
    }
    std::array<unsigned char, WrapBlock::half> expected;
    expected.fill(WrapBlock::initial_value);
    is_good = mask_if(CRYPTO_memcmp(block.first(), expected.data(), expected.size()) == 0);
    return true;
}

}  // namespace credence::detail
