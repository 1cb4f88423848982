// SPDX-License-Identifier: MIT
// Secrets: bytes that are wiped when they are dropped, and a comparison in constant time.
#pragma once

#include <credence/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>

namespace credence::detail {

/// A buffer on the heap that is wiped before it is freed. Not copyable: each copy would be one more to wipe.
class SecretBytes {
public:
    SecretBytes() = default;
    /// Holds `size` zero bytes.
    explicit SecretBytes(std::size_t size) : bytes_(new unsigned char[size]{}), size_(size), room_(size) {}
    explicit SecretBytes(ByteView source) : SecretBytes(source.size()) {
        for (std::size_t at = 0; at < size_; ++at) bytes_[at] = source[at];
    }

    SecretBytes(SecretBytes&& other) noexcept { swap(other); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        SecretBytes taken{std::move(other)};
        swap(taken);
        return *this;
    }
    ~SecretBytes() {
        if (bytes_ != nullptr) OPENSSL_cleanse(bytes_, room_);
        delete[] bytes_;
    }

    [[nodiscard]] unsigned char* data() noexcept { return bytes_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] ByteView view() const noexcept { return {bytes_, size_}; }

    /// Keeps the first `size` bytes. The rest stays allocated, and is wiped with them.
    void shrink(std::size_t size) noexcept { size_ = size; }

private:
    void swap(SecretBytes& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        std::swap(room_, other.room_);
    }

    unsigned char* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

/// Wipes an object of plain bytes, such as an array on the stack, at the end of the scope.
template <class Array>
class WipeAtExit {
public:
    explicit WipeAtExit(Array& bytes) noexcept : bytes_(bytes) {}
    WipeAtExit(const WipeAtExit&) = delete;
    WipeAtExit& operator=(const WipeAtExit&) = delete;
    ~WipeAtExit() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

private:
    Array& bytes_;
};

/// Whether two texts of one length are equal. The time does not depend on where they differ, so a secret cannot be
/// found byte by byte.
[[nodiscard]] inline bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept {
    if (left.size() != right.size()) return false;
    std::uint64_t difference = 0;
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= left.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t first = 0, second = 0;
        std::memcpy(&first, left.data() + at, sizeof first);
        std::memcpy(&second, right.data() + at, sizeof second);
        difference |= first ^ second;
    }
    for (; at < left.size(); ++at) difference |= static_cast<unsigned char>(left[at] ^ right[at]);
    return difference == 0;
}

}  // namespace credence::detail
