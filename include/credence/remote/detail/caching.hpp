// SPDX-License-Identifier: MIT
// How long an answer is fresh, and when to ask again: Cache-Control, Age and Retry-After.
// RFC 9111 §5.2.2, RFC 9110 §10.2.3
#pragma once

#include <credence/clock.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace credence::detail {

/// Longer times, in seconds, are clamped to this: it is far beyond every limit that is applied later.
inline constexpr unsigned longest_seconds = 2'000'000'000;

/// Seconds in decimal digits; a number too large becomes `longest_seconds`. \return nullopt for anything else.
[[nodiscard]] inline std::optional<std::chrono::seconds> parse_seconds(std::string_view text) noexcept {
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
    return std::chrono::seconds{whole_number(text, 10, longest_seconds).value_or(longest_seconds)};
}

/// How long an answer says that it is fresh; nullopt if it does not say. `no-store`, `no-cache`, and a `max-age` that
/// is not a number (RFC 9111 §4.2.1) are zero; of several values, the least counts. `Age` is subtracted.
[[nodiscard]] inline std::optional<std::chrono::seconds> freshness(std::string_view cache_control,
                                                                   std::string_view age) noexcept {
    constexpr std::chrono::seconds none{0};
    std::optional<std::chrono::seconds> least;
    while (!cache_control.empty()) {
        const std::size_t end = (std::min)(cache_control.find(','), cache_control.size());
        const std::string_view directive = trimmed(cache_control.substr(0, end));
        cache_control.remove_prefix((std::min)(end + 1, cache_control.size()));
        const std::size_t equals = (std::min)(directive.find('='), directive.size());
        const std::string_view name = trimmed(directive.substr(0, equals));
        std::string_view value = trimmed(directive.substr((std::min)(equals + 1, directive.size())));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) {
            value = value.substr(1, value.size() - 2);
        }
        std::optional<std::chrono::seconds> said;
        if (equal_without_case(name, "max-age")) said = parse_seconds(value).value_or(none);
        if (equal_without_case(name, "no-store") || equal_without_case(name, "no-cache")) said = none;
        if (said) least = (std::min)(least.value_or(*said), *said);
    }
    if (!least) return std::nullopt;
    return (std::max)(*least - parse_seconds(trimmed(age)).value_or(none), none);
}

/// A time in the format of HTTP, `Sun, 06 Nov 1994 08:49:37 GMT`. The two obsolete formats are not read. RFC 9110
/// §5.6.7
[[nodiscard]] inline std::optional<NumericDate> parse_http_date(std::string_view text) noexcept {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[19] != ':' ||
        text[22] != ':') {
        return std::nullopt;
    }
    const auto day = whole_number(text.substr(5, 2), 10, 31);
    const auto month = std::find(months.begin(), months.end(), text.substr(8, 3));
    const auto year = whole_number(text.substr(12, 4), 10, 9999);
    const auto hour = whole_number(text.substr(17, 2), 10, 23);
    const auto minute = whole_number(text.substr(20, 2), 10, 59);
    const auto second = whole_number(text.substr(23, 2), 10, 60);
    if (!day || month == months.end() || !year || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{static_cast<unsigned>(month - months.begin() + 1)},
                                           std::chrono::day{*day}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

/// How long a server asks clients to wait: seconds, or until a time by the wall clock. \return nullopt if it does not
/// say, or the time has passed.
[[nodiscard]] inline std::optional<std::chrono::seconds> parse_retry_after(std::string_view text,
                                                                           NumericDate now) noexcept {
    if (const auto seconds = parse_seconds(trimmed(text))) return seconds;
    const auto moment = parse_http_date(trimmed(text));
    if (!moment || *moment <= now) return std::nullopt;
    return *moment - now;
}

}  // namespace credence::detail
