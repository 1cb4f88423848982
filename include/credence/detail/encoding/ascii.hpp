// SPDX-License-Identifier: MIT
// ASCII characters and texts, without a locale: for header fields and URLs.
#pragma once

#include <credence/version.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <system_error>

namespace credence::detail {

[[nodiscard]] constexpr bool is_digit(char character) noexcept { return character >= '0' && character <= '9'; }

[[nodiscard]] constexpr char to_lower(char character) noexcept {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

[[nodiscard]] constexpr bool is_letter(char character) noexcept {
    return to_lower(character) >= 'a' && to_lower(character) <= 'z';
}

[[nodiscard]] constexpr bool is_hex_digit(char character) noexcept {
    return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'f');
}

[[nodiscard]] constexpr bool is_control(char character) noexcept {
    return static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
}

/// Whether two texts are equal, whatever the case of their ASCII letters.
[[nodiscard]] constexpr bool equal_without_case(std::string_view text, std::string_view other) noexcept {
    if (text.size() != other.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (to_lower(text[at]) != to_lower(other[at])) return false;
    }
    return true;
}

/// Whether `text` begins with `prefix`, whatever the case of their ASCII letters.
[[nodiscard]] constexpr bool starts_without_case(std::string_view text, std::string_view prefix) noexcept {
    return equal_without_case(text.substr(0, prefix.size()), prefix);
}

/// `text` without spaces and tabs at its ends. RFC 9110 §5.6.3
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    return text;
}

/// Reads a number that is all of `text`. \return nullopt if it is empty, has a character that is not a digit of that
/// base, or is above `most`.
[[nodiscard]] inline std::optional<unsigned> whole_number(std::string_view text, int base, unsigned most) noexcept {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
    return value;
}

}  // namespace credence::detail
