// SPDX-License-Identifier: MIT
// Scans text eight bytes at a time: for a character, or past white space.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// Text that is scanned in words or blocks must be followed by this many readable zero bytes. They also end every loop:
/// a zero byte is no part of any JSON token.
inline constexpr std::size_t json_padding = 16;

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

/// White space between the tokens of a text. RFC 8259 §2
[[nodiscard]] constexpr bool is_json_space(char character) noexcept {
    return character == ' ' || character == '\n' || character == '\t' || character == '\r';
}

/// Whether all eight characters of a word are white space.
[[nodiscard]] constexpr bool are_json_spaces(std::uint64_t word) noexcept {
    return (marks_at(word, ' ') | marks_at(word, '\n') | marks_at(word, '\t') | marks_at(word, '\r')) == one_each;
}

/// The first character at or after `text`, which `json_padding` follows, that is not white space. Most texts have none:
/// callers compare the first character with a space, and call this for what is not above it.
[[nodiscard, gnu::noinline]] inline const char* end_of_space(const char* text) noexcept {
    while (is_json_space(*text)) {
        ++text;
        while (are_json_spaces(load_word(text))) text += sizeof(std::uint64_t);
    }
    return text;
}

}  // namespace credence::detail
