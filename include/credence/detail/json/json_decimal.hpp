// SPDX-License-Identifier: MIT
// JSON numbers that are no integers: their decimal digits, and the nearest float or double. RFC 8259 §6
#pragma once

#include <credence/detail/json/json_number.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace credence::detail {

/// A number as decimal digits and the place of its decimal point.
struct DecimalDigits {
    std::string digits = {};  ///< without leading zeros; empty for zero
    std::int64_t point = 0;   ///< how many of the digits, or of zeros behind them, stand before the point
    bool negative = false;
};

/// The exponent of a number's text, clamped to ± 10^9 so that it can be added to a length.
[[nodiscard]] inline std::int64_t decimal_exponent(std::string_view text) noexcept {
    constexpr std::int64_t limit = 1'000'000'000;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t value = 0;
    for (const char digit : text) value = (std::min)(limit, value * 10 + (digit - '0'));
    return negative ? -value : value;
}

/// The digits of a number's text, which must follow the grammar.
[[nodiscard]] inline DecimalDigits decimal_digits(std::string_view text) {
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

/// Reads a number with an input stream, for standard libraries without floating-point `from_chars`.
template <class Floating>
[[nodiscard]] std::optional<Floating> parse_by_stream(std::string_view text) {
    std::istringstream stream{std::string{text}};
    stream.imbue(std::locale::classic());
    Floating value{};
    if (stream >> value) return value;
    // The grammar was checked, so the number is out of range. libc++ reports that for subnormal numbers too, and yet
    // gives their value.
    if (value > -1 && value < 1) return value;
    return std::nullopt;
}

/// The nearest value of a floating-point type; nullopt if the number is too large for it. A number that is too small
/// becomes zero.
template <class Floating>
[[nodiscard]] std::optional<Floating> to_floating(const JsonNumber& number) {
    const std::string_view text = number.text;
    if constexpr (requires(Floating value) { std::from_chars(text.data(), text.data(), value); }) {
        Floating value{};
        if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{}) return value;
        // from_chars does not tell too large from too small.
        const DecimalDigits decimal = decimal_digits(text);
        if (!decimal.digits.empty() && decimal.point > 0) return std::nullopt;
        return decimal.negative ? -Floating{0} : Floating{0};
    } else {
        return parse_by_stream<Floating>(text);
    }
}

}  // namespace credence::detail
