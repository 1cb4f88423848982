// SPDX-License-Identifier: MIT
// The characters of HTTP, whatever the locale is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace support {

[[nodiscard]] constexpr char to_lower(char byte) noexcept {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// Whether two words are equal except for the case of their letters; `lower` is in lower case.
[[nodiscard]] constexpr bool is_same_word(std::string_view word, std::string_view lower) noexcept {
    return std::equal(word.begin(), word.end(), lower.begin(), lower.end(),
                      [](char one, char other) { return to_lower(one) == other; });
}

[[nodiscard]] constexpr bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }

[[nodiscard]] constexpr bool is_letter(char byte) noexcept { return to_lower(byte) >= 'a' && to_lower(byte) <= 'z'; }

[[nodiscard]] constexpr bool is_visible(char byte) noexcept { return byte > 0x20 && byte < 0x7f; }

/// The characters that a field value may have: RFC 9110 §5.5.
[[nodiscard]] constexpr bool is_field_content(char byte) noexcept {
    return byte == '\t' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f);
}

/// Whether it is a name, of a method or a field: RFC 9110 §5.6.2.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char byte) {
        return is_visible(byte) && std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(byte) == std::string_view::npos;
    });
}

/// The text without the spaces and tabs around it.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether a word is among those of a list: RFC 9110 §5.6.1.
[[nodiscard]] constexpr bool lists(std::string_view list, std::string_view lower) noexcept {
    while (!list.empty()) {
        const std::string_view word = list.substr(0, list.find(','));
        if (is_same_word(trimmed(word), lower)) return true;
        list.remove_prefix((std::min)(word.size() + 1, list.size()));
    }
    return false;
}

}  // namespace support
