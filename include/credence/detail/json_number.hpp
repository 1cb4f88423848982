// SPDX-License-Identifier: MIT
// JSON numbers: their grammar, exact integers, doubles, and dates that are read digit by digit. RFC 8259 §6
#pragma once

#include <credence/registered_claims.hpp>
#include <credence/detail/json_string.hpp>

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace credence::detail {

/// A number as it is written.
struct JsonNumber {
    std::string_view text = {};
    bool integer = false;    ///< neither a fraction nor an exponent
    bool is_short = false;   ///< an integer of so few digits that `value` is it
    std::int64_t value = 0;  ///< of a short integer
};

/// No integer of this many digits overflows 64 bits.
inline constexpr std::ptrdiff_t short_digits = 18;

/// Whether each of the eight characters of a word is a digit.
[[nodiscard]] constexpr bool are_digits(std::uint64_t word) noexcept {
    constexpr std::uint64_t upper = 0xf0f0f0f0f0f0f0f0;
    return ((word & upper) | ((word + 0x0606060606060606) & upper) >> 4) == 0x3333333333333333;
}

/// The number that eight digits are, the first in the lowest byte: neighbours join to pairs, pairs to fours, and these.
[[nodiscard]] constexpr std::uint64_t value_of_digits(std::uint64_t word) noexcept {
    word &= 0x0f0f0f0f0f0f0f0f;
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    return (word * 10000 + (word >> 32)) & 0xffffffff;
}

/// The end of the digits at `text`, which `json_padding` readable zero bytes follow; `value` takes them in, wrapping
/// around when they are many.
[[nodiscard]] inline const char* take_digits(const char* text, std::uint64_t& value) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        if (const std::uint64_t word = load_word(text); are_digits(word)) {
            value = value * 100'000'000 + value_of_digits(word);
            text += 8;
        }
    }
    for (;; ++text) {
        const auto digit = static_cast<unsigned char>(*text - '0');
        if (digit > 9) return text;
        value = value * 10 + digit;
    }
}

/// Takes the fraction and the exponent at `text`, if there are any. \return their end; nullptr when they are malformed.
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

/// Takes the number that starts at `text`, which `json_padding` readable zero bytes follow; its text is empty when it
/// is none. What follows it is not judged.
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

/// The integer that is written, if `Integer` can hold it. A fraction or an exponent makes it none, even `1.0`.
template <class Integer>
[[nodiscard]] std::optional<Integer> to_integer(const JsonNumber& number) noexcept {
    if (!number.is_short) return number.integer ? parse_integer<Integer>(number.text) : std::nullopt;
    if (!std::in_range<Integer>(number.value)) return std::nullopt;
    return static_cast<Integer>(number.value);
}

/// A number taken apart: its significant digits, and where the decimal point stands among them.
struct DecimalDigits {
    std::string digits = {};  ///< without leading zeros; empty for zero
    std::int64_t point = 0;   ///< how many of the digits, or of zeros behind them, stand before the point
    bool negative = false;
};

/// The exponent of a number's text, held within ± 10^9 so that it can be added to a length.
[[nodiscard]] inline std::int64_t decimal_exponent(std::string_view text) noexcept {
    constexpr std::int64_t far = 1'000'000'000;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    for (const char digit : text) value = (std::min)(far, value * 10 + (digit - '0'));
    return negative ? -value : value;
}

[[nodiscard]] inline DecimalDigits take_apart(std::string_view text) {
    DecimalDigits number;
    number.negative = text.starts_with('-');
    if (number.negative) text.remove_prefix(1);
    const std::size_t mantissa_end = (std::min)(text.find_first_of("eE"), text.size());
    const std::string_view mantissa = text.substr(0, mantissa_end);
    const std::size_t whole_end = (std::min)(mantissa.find('.'), mantissa.size());
    number.digits = mantissa.substr(0, whole_end);
    if (whole_end < mantissa.size()) number.digits += mantissa.substr(whole_end + 1);
    number.point = static_cast<std::int64_t>(whole_end);
    if (mantissa_end < text.size()) number.point += decimal_exponent(text.substr(mantissa_end + 1));
    const std::size_t zeros = (std::min)(number.digits.find_first_not_of('0'), number.digits.size());
    number.digits.erase(0, zeros);
    number.point -= static_cast<std::int64_t>(zeros);
    return number;
}

template <class Double>
[[nodiscard]] std::optional<Double> parse_double(std::string_view text) {
    if constexpr (requires(Double value) { std::from_chars(text.data(), text.data(), value); }) {
        Double value{};
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
        if (parsed.ec == std::errc{}) return value;
        return std::nullopt;
    } else {  // a standard library without floating-point from_chars
        std::istringstream stream{std::string{text}};
        stream.imbue(std::locale::classic());
        Double value{};
        if (stream >> value) return value;
        return std::nullopt;
    }
}

/// The nearest double; nothing when the number is larger than any. One that is smaller than any is zero.
[[nodiscard]] inline std::optional<double> to_double(const JsonNumber& number) {
    if (const auto value = parse_double<double>(number.text)) return value;
    const DecimalDigits decimal = take_apart(number.text);
    if (!decimal.digits.empty() && decimal.point > 0) return std::nullopt;
    return decimal.negative ? -0.0 : 0.0;
}

/// The moment between two whole seconds that a NumericDate may name.
struct DateBounds {
    NumericDate floor = {};
    NumericDate ceiling = {};
};

/// From the first to the last second that every calendar library can name: the years 0001 to 9999.
inline constexpr std::int64_t earliest_date = -62'135'596'800, latest_date = 253'402'300'799;

[[nodiscard]] constexpr std::optional<DateBounds> date_bounds(std::int64_t whole, bool fraction, bool negative) {
    const std::int64_t floor = whole - (fraction && negative ? 1 : 0);
    const std::int64_t ceiling = whole + (fraction && !negative ? 1 : 0);
    if (floor < earliest_date || ceiling > latest_date) return std::nullopt;
    return DateBounds{NumericDate{std::chrono::seconds{floor}}, NumericDate{std::chrono::seconds{ceiling}}};
}

/// Reads a NumericDate with a fraction or an exponent, digit by digit.
[[nodiscard]] inline std::optional<DateBounds> to_date_between_seconds(const JsonNumber& number) {
    const DecimalDigits decimal = take_apart(number.text);
    constexpr std::int64_t most_digits = 12;  // of the latest date
    if (!decimal.digits.empty() && decimal.point > most_digits) return std::nullopt;
    std::int64_t whole = 0;
    for (std::int64_t index = 0; index < decimal.point && !decimal.digits.empty(); ++index) {
        const auto place = static_cast<std::size_t>(index);
        whole = whole * 10 + (place < decimal.digits.size() ? decimal.digits[place] - '0' : 0);
    }
    const auto fraction_from = static_cast<std::size_t>((std::max)(decimal.point, std::int64_t{0}));
    const bool fraction = fraction_from < decimal.digits.size() &&
                          decimal.digits.find_first_not_of('0', fraction_from) != std::string::npos;
    return date_bounds(decimal.negative ? -whole : whole, fraction, decimal.negative);
}

/// Reads a NumericDate exactly, without the rounding of a double. RFC 7519 §2
[[nodiscard]] inline std::optional<DateBounds> to_date(const JsonNumber& number) {
    if (number.is_short) return date_bounds(number.value, false, false);
    if (number.integer) return std::nullopt;  // so many digits are beyond any date
    return to_date_between_seconds(number);
}

}  // namespace credence::detail
