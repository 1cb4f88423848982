// SPDX-License-Identifier: MIT
// Bytes: the parameter type for secrets, keys and other raw data, given as text or as a binary buffer.
#pragma once

#include <credence/version.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

namespace credence {

/// A view of raw bytes. It owns nothing.
using ByteView = std::span<const unsigned char>;

namespace detail {

[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace detail

/// A parameter that takes bytes as text (a literal, a `std::string`, a zero-terminated `const char*`) or as any
/// contiguous container of `unsigned char` or `std::byte`.
///
/// A null `const char*`, as `std::getenv` returns it for an unset variable, is an empty range, so that a function can
/// answer it with an error. The object owns nothing: use it only as a parameter.
class Bytes {
public:
    Bytes() = default;

    /// A text that ends with a zero byte; a null pointer is an empty range.
    template <class Text>
        requires(std::same_as<Text, const char*> || std::same_as<Text, char*>)
    Bytes(const Text& text) noexcept : bytes_(text == nullptr ? ByteView{} : detail::as_bytes(text)) {}

    /// A string literal, without its terminating zero byte.
    template <std::size_t Size>
    Bytes(const char (&text)[Size]) noexcept
        : bytes_(detail::as_bytes(std::string_view{text, text[Size - 1] == '\0' ? Size - 1 : Size})) {}

    /// A char buffer: refused by the compiler, because its length is ambiguous (the array, or up to a zero byte).
    template <std::size_t Size>
    Bytes(char (&)[Size]) noexcept {
        static_assert(Size == 0,
                      "credence: the length of a char buffer is ambiguous; write std::string_view{buffer, size}, or "
                      "std::string_view{buffer} for text that ends with a zero byte");
    }

    template <class Text>
        requires(std::convertible_to<const Text&, std::string_view> && !std::convertible_to<const Text&, const char*>)
    Bytes(const Text& text) : bytes_(detail::as_bytes(static_cast<std::string_view>(text))) {}

    Bytes(ByteView bytes) noexcept : bytes_(bytes) {}
    Bytes(std::span<const std::byte> bytes) noexcept
        : bytes_(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) {}

    template <class Container>
        requires(!std::convertible_to<const Container&, std::string_view> &&
                 (std::convertible_to<const Container&, ByteView> ||
                  std::convertible_to<const Container&, std::span<const std::byte>>))
    Bytes(const Container& bytes)
        : bytes_(reinterpret_cast<const unsigned char*>(std::data(bytes)), std::size(bytes)) {}

    /// The range, as bytes or as text.
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::string_view text() const noexcept { return detail::as_text(bytes_); }

private:
    ByteView bytes_;
};

}  // namespace credence
