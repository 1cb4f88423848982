// SPDX-License-Identifier: MIT
// Scans text eight bytes at a time.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// Text that is scanned in words must be followed by this many readable zero bytes. They also end every loop: a zero
/// byte is no part of any JSON token.
inline constexpr std::size_t json_padding = 8;

[[nodiscard]] inline std::uint64_t load_word(const char* text) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    return word;
}

/// A word with 1 in each byte.
inline constexpr std::uint64_t one_each = 0x0101010101010101;

/// A word with 1 in each byte that is `wanted`, and 0 in the others.
[[nodiscard]] constexpr std::uint64_t marks_at(std::uint64_t word, char wanted) noexcept {
    constexpr std::uint64_t low = one_each * 0x7f;
    const std::uint64_t differences = word ^ one_each * static_cast<unsigned char>(wanted);
    return ~(((differences & low) + low) | differences | low) >> 7;
}

/// How often a character occurs in a text.
[[nodiscard]] inline std::size_t count_of(std::string_view text, char wanted) noexcept {
    std::size_t count = 0;
    for (; text.size() >= sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
        count += static_cast<std::size_t>(marks_at(load_word(text.data()), wanted) * one_each >> 56);
    }
    for (const char character : text) count += character == wanted ? 1 : 0;
    return count;
}

}  // namespace credence::detail
