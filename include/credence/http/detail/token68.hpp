// SPDX-License-Identifier: MIT
// Whether a text is a token68, the form of a bearer token, many characters at a time. RFC 9110 §11.2
#pragma once

#include <credence/detail/encoding/base64url_simd.hpp>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

inline constexpr std::uint64_t each_byte = 0x0101010101010101, each_high_bit = 0x8080808080808080;

/// Marks each of eight ASCII characters that is outside a range, by its highest bit.
[[nodiscard]] constexpr std::uint64_t mark_outside(std::uint64_t word, unsigned first, unsigned last) noexcept {
    return ~(word + each_byte * (0x80 - first)) | (word + each_byte * (0x7f - last));
}

/// The same for all characters except one.
[[nodiscard]] constexpr std::uint64_t mark_others(std::uint64_t word, unsigned character) noexcept {
    return (word ^ each_byte * character) + each_byte * 0x7f;
}

/// Marks each character of a word that is not in the alphabet of token68, by its highest bit.
[[nodiscard]] constexpr std::uint64_t mark_no_token68(std::uint64_t word) noexcept {
    const std::uint64_t ascii = word & ~each_high_bit;
    const std::uint64_t no_letters = mark_outside(ascii | each_byte * 0x20, 'a', 'z');
    const std::uint64_t no_digits = mark_outside(ascii, '-', '9');  // "-./" stand just before 0
    const std::uint64_t no_signs = mark_others(ascii, '+') & mark_others(ascii, '_') & mark_others(ascii, '~');
    return ((no_letters & no_digits & no_signs) | word) & each_high_bit;
}

/// Whether all characters are in the alphabet of token68, eight at a time.
[[nodiscard]] inline bool has_only_token68(std::string_view text) noexcept {
    std::uint64_t strange = 0;  // no early exit: a good token is read whole anyway
    std::uint64_t word = 0;
    for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
        std::memcpy(&word, text.data(), sizeof word);
        strange |= mark_no_token68(word);
    }
    word = each_byte * 'A';  // the rest, padded with letters
    std::memcpy(&word, text.data(), text.size());
    return (strange | mark_no_token68(word)) == 0;
}

/// token68 = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
[[nodiscard]] inline bool is_token68(std::string_view text) noexcept {
    while (text.ends_with('=')) text.remove_suffix(1);
    if (text.empty()) return false;
    if (const auto wide = is_token68_wide(text)) return *wide;
    return has_only_token68(text);
}

}  // namespace credence::detail
