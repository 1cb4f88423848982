// SPDX-License-Identifier: MIT
// JSON numbers: their grammar, and exact integers. RFC 8259 §6
#pragma once

#include <credence/detail/json/json_words.hpp>

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace credence::detail {

/// A number as it is written.
struct JsonNumber {
    std::string_view text = {};
    bool integer = false;    ///< neither a fraction nor an exponent
    bool is_short = false;   ///< an integer short enough for `value` to hold it
    std::int64_t value = 0;  ///< of a short integer
};

/// No integer of this many digits overflows 64 bits.
inline constexpr std::ptrdiff_t short_digits = 18;

/// Whether each of the eight characters of a word is a digit.
[[nodiscard]] constexpr bool are_digits(std::uint64_t word) noexcept {
    constexpr std::uint64_t upper = 0xf0f0f0f0f0f0f0f0;
    return ((word & upper) | ((word + 0x0606060606060606) & upper) >> 4) == 0x3333333333333333;
}

/// The value of eight digits, the first in the lowest byte. Neighbours are joined to pairs, pairs to fours, fours to
/// eight.
[[nodiscard]] constexpr std::uint64_t value_of_digits(std::uint64_t word) noexcept {
    word &= 0x0f0f0f0f0f0f0f0f;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    return (word * 10000 + (word >> 32)) & 0xffffffff;
}

/// Moves past the eight characters at `text` if all are digits, and appends them to `value`.
[[nodiscard]] inline const char* take_digits_of_word(const char* text, std::uint64_t& value) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        if (const std::uint64_t word = load_word(text); are_digits(word)) {
            value = value * 100'000'000 + value_of_digits(word);
            return text + sizeof word;
        }
    }
    return text;
}

/// The end of the digits at `text`, which `json_padding` readable zero bytes follow. Appends them to `value`, which
/// wraps around if there are many.
[[nodiscard]] inline const char* take_digits(const char* text, std::uint64_t& value) noexcept {
    for (;;) {
        text = take_digits_of_word(text, value);
        for (const char* const end = text + 8; text != end; ++text) {
            const auto digit = static_cast<unsigned char>(*text - '0');
            if (digit > 9) return text;
            value = value * 10 + digit;
        }
    }
}

/// Takes the fraction and the exponent at `text`, if there are any. \return their end; nullptr if they are malformed.
[[nodiscard]] inline const char* take_fraction(const char* text) noexcept {
    std::uint64_t ignored = 0;
    if (*text == '.') {
        const char* digits = text + 1;
        text = take_digits(digits, ignored);
        if (text == digits) return nullptr;
    }
    if (*text == 'e' || *text == 'E') {
        const char* digits = text + 1;
        if (*digits == '+' || *digits == '-') ++digits;
        text = take_digits(digits, ignored);
        if (text == digits) return nullptr;
    }
    return text;
}

/// Reads the number that starts at `text`, which `json_padding` readable zero bytes follow. Its text is empty if there
/// is none. What follows the number is not checked.
[[nodiscard]] inline JsonNumber take_number(const char* text) noexcept {
    const bool negative = *text == '-';
    const char* digits = negative ? text + 1 : text;
    std::uint64_t magnitude = 0;
    const char* whole_end = take_digits(digits, magnitude);
    const std::ptrdiff_t count = whole_end - digits;
    if (count == 0 || (*digits == '0' && count > 1)) return {};
    const bool integer = *whole_end != '.' && *whole_end != 'e' && *whole_end != 'E';
    const char* end = integer ? whole_end : take_fraction(whole_end);
    if (end == nullptr) return {};
    return {.text = {text, static_cast<std::size_t>(end - text)},
            .integer = integer,
            .is_short = integer && count <= short_digits,
            .value = static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude)};
}

template <class Integer>
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text) noexcept {
    Integer value{};
    const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The number as an `Integer`; nullopt if the type cannot hold it, or if it has a fraction or an exponent, even `1.0`.
template <class Integer>
[[nodiscard]] std::optional<Integer> to_integer(const JsonNumber& number) noexcept {
    if (!number.is_short) return number.integer ? parse_integer<Integer>(number.text) : std::nullopt;
    if (!std::in_range<Integer>(number.value)) return std::nullopt;
    return static_cast<Integer>(number.value);
}

}  // namespace credence::detail
