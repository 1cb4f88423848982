// SPDX-License-Identifier: MIT
// Bytes that are wiped when they are dropped, and the one parameter type through which bytes come in.
#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include <openssl/crypto.h>

namespace credence::detail {

using ByteView = std::span<const unsigned char>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A buffer on the heap that is overwritten before it is given back. Not copyable: each copy would be one more to wipe.
class SecretBytes {
public:
    SecretBytes() = default;
    /// So many zero bytes.
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

    /// Keeps the first `size` bytes. What follows stays allocated, and is wiped with the rest.
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

/// Overwrites an object of plain bytes, an array on the stack for one, when the scope ends.
template <class Bytes>
class WipeAtExit {
public:
    explicit WipeAtExit(Bytes& bytes) noexcept : bytes_(bytes) {}
    WipeAtExit(const WipeAtExit&) = delete;
    WipeAtExit& operator=(const WipeAtExit&) = delete;
    ~WipeAtExit() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

private:
    Bytes& bytes_;
};

template <class Text>
concept PointerToText = std::same_as<Text, const char*> || std::same_as<Text, char*>;

/// Bytes as they are handed in: text, or anything contiguous of `unsigned char` or `std::byte`. A null `const char*`,
/// which is what `getenv` gives for a variable that is not set, is no bytes, and so is refused with a code instead of a
/// crash.
class InputBytes {
public:
    InputBytes() = default;

    template <PointerToText Text>
    InputBytes(const Text& text) noexcept : bytes_(text == nullptr ? ByteView{} : as_bytes(text)) {}

    /// A literal, without the zero byte at its end.
    template <std::size_t Size>
    InputBytes(const char (&text)[Size]) noexcept
        : bytes_(as_bytes(std::string_view{text, text[Size - 1] == '\0' ? Size - 1 : Size})) {}

    /// A buffer: whether its bytes end at a zero byte or at its end, nobody can know.
    template <std::size_t Size>
    InputBytes(char (&)[Size]) noexcept {
        static_assert(Size == 0,
                      "credence: how much of a char buffer is meant? say std::string_view{buffer, size}, or "
                      "std::string_view{buffer} for text that ends with a zero byte");
    }

    template <class Text>
        requires(std::convertible_to<const Text&, std::string_view> && !std::convertible_to<const Text&, const char*>)
    InputBytes(const Text& text) : bytes_(as_bytes(static_cast<std::string_view>(text))) {}

    InputBytes(ByteView bytes) noexcept : bytes_(bytes) {}
    InputBytes(std::span<const std::byte> bytes) noexcept
        : bytes_(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) {}

    template <class Bytes>
        requires(!std::convertible_to<const Bytes&, std::string_view> &&
                 (std::convertible_to<const Bytes&, ByteView> ||
                  std::convertible_to<const Bytes&, std::span<const std::byte>>))
    InputBytes(const Bytes& bytes)
        : bytes_(reinterpret_cast<const unsigned char*>(std::data(bytes)), std::size(bytes)) {}

    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string_view text() const noexcept { return as_text(bytes_); }

private:
    ByteView bytes_;
};

}  // namespace credence::detail
