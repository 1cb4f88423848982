// SPDX-License-Identifier: MIT
// NumericDates in JSON: read digit by digit, because a double would round them. RFC 7519 §2
#pragma once

#include <credence/clock.hpp>
#include <credence/detail/json/json_decimal.hpp>
#include <credence/detail/json/json_number.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// The first and the last second of the years 0001 to 9999, which every calendar library can name.
inline constexpr std::int64_t earliest_date = -62'135'596'800, latest_date = 253'402'300'799;

/// The date of a count of seconds; nullopt if it is outside the years 0001 to 9999.
[[nodiscard]] constexpr std::optional<NumericDate> date_of_seconds(std::int64_t seconds) noexcept {
    if (seconds < earliest_date || seconds > latest_date) return std::nullopt;
    return NumericDate{std::chrono::seconds{seconds}};
}

/// Rounds a number with a fraction or an exponent down to whole seconds.
[[nodiscard]] inline std::optional<NumericDate> to_date_from_decimal(std::string_view text) {
    const auto [digits, point, negative] = decimal_digits(text);
    if (digits.empty()) return NumericDate{};
    constexpr std::int64_t most_digits = 12;  // of the latest date
    if (point > most_digits) return std::nullopt;
    std::int64_t whole = 0;
    for (std::int64_t place = 0; place < point; ++place) {
        const auto index = static_cast<std::size_t>(place);
        whole = whole * 10 + (index < digits.size() ? digits[index] - '0' : 0);
    }
    const auto fraction_begin = static_cast<std::size_t>((std::max)(point, std::int64_t{0}));
    const bool has_fraction =
        fraction_begin < digits.size() && digits.find_first_not_of('0', fraction_begin) != std::string::npos;
    // A date is rounded down, so its fraction must not take it beyond the last second either.
    if (has_fraction && !negative && whole == latest_date) return std::nullopt;
    if (negative) whole = -whole - (has_fraction ? 1 : 0);
    return date_of_seconds(whole);
}

/// Reads a NumericDate, rounded down to whole seconds; nullopt if it is outside the years 0001 to 9999.
[[nodiscard]] inline std::optional<NumericDate> to_date(const JsonNumber& number) {
    if (number.is_short) return date_of_seconds(number.value);
    if (number.integer) return std::nullopt;  // more digits than any date has
    return to_date_from_decimal(number.text);
}

/// Why `to_date` returns nullopt. JavaScript's `Date.now()` gives dates of 13 digits.
[[nodiscard]] inline std::string_view why_no_date(const JsonNumber& number) {
    constexpr std::int64_t digits_of_milliseconds = 13;
    if (decimal_digits(number.text).point == digits_of_milliseconds) {
        return "in milliseconds; a NumericDate is in seconds";
    }
    return "a date outside the years 1 to 9999";
}

}  // namespace credence::detail
