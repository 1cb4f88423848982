// SPDX-License-Identifier: MIT
// ASCII characters and texts, without a locale: for header fields and URLs.
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <charconv>
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

/// Whether `text`, in lower case, is `wanted`, which is in lower case.
[[nodiscard]] inline bool equal_in_any_case(std::string_view text, std::string_view wanted) noexcept {
    return std::equal(text.begin(), text.end(), wanted.begin(), wanted.end(),
                      [](char found, char expected) { return to_lower(found) == expected; });
}

/// Whether `text`, in lower case, begins with `prefix`, which is in lower case.
[[nodiscard]] inline bool starts_with_in_any_case(std::string_view text, std::string_view prefix) noexcept {
    return equal_in_any_case(text.substr(0, prefix.size()), prefix);
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
