// SPDX-License-Identifier: MIT
// Parses and formats durations and times.
#include "time_text.hpp"

#include <credence/detail/json/json_date.hpp>
#include <credence/detail/json/json_number.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace credence::command {

namespace {

struct Unit {
    char letter;
    std::int64_t seconds;
    std::string_view one;
    std::string_view many;
};

constexpr std::array<Unit, 5> units{{{'w', 604'800, "week", "weeks"},
                                     {'d', 86'400, "day", "days"},
                                     {'h', 3'600, "h", "h"},
                                     {'m', 60, "min", "min"},
                                     {'s', 1, "s", "s"}}};

/// The longest duration: sums of it and any time stay far from an overflow.
constexpr std::int64_t longest = 400LL * 366 * 86'400;

/// Takes a number off the front of `text`.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// Takes a number and its unit off the front of `text`.
std::optional<std::int64_t> take_part(std::string_view& text, bool may_lack_unit) {
    const auto value = take_number(text);
    if (!value || *value > longest) return std::nullopt;
    if (text.empty()) return may_lack_unit ? value : std::nullopt;
    for (const Unit& unit : units) {
        if (text.front() != unit.letter) continue;
        text.remove_prefix(1);
        return *value > longest / unit.seconds ? std::nullopt : std::optional{*value * unit.seconds};
    }
    return std::nullopt;
}

std::optional<std::chrono::seconds> read_span(std::string_view text, bool may_lack_unit) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t sum = 0;
    bool is_first = true;
    do {
        const auto part = take_part(text, is_first && may_lack_unit);
        if (!part) return std::nullopt;
        sum += *part;
        is_first = false;
    } while (!text.empty() && sum <= longest);
    if (sum > longest) return std::nullopt;
    return std::chrono::seconds{negative ? -sum : sum};
}

}  // namespace

std::optional<std::chrono::seconds> read_span(std::string_view text) { return read_span(text, true); }

std::optional<NumericDate> read_moment(std::string_view text, NumericDate now) {
    if (!text.starts_with('@')) {
        const auto span = read_span(text, false);
        return span ? std::optional{now + *span} : std::nullopt;
    }
    text.remove_prefix(1);
    const auto seconds = take_number(text);
    if (!seconds || !text.empty() || *seconds > detail::latest_date) return std::nullopt;
    return NumericDate{std::chrono::seconds{*seconds}};
}

std::string in_words(std::chrono::seconds span) {
    std::int64_t seconds = span.count() < 0 ? -span.count() : span.count();
    constexpr std::int64_t year = 365 * 86'400;
    if (seconds >= 2 * year) return std::to_string(seconds / year) + " years";
    for (const Unit& unit : units) {
        // At least two of a unit: "90 min" is more precise than "1 h".
        if (unit.letter == 'w' || (seconds < 2 * unit.seconds && unit.letter != 's')) continue;
        const std::int64_t count = seconds / unit.seconds;
        return std::to_string(count).append(" ").append(count == 1 ? unit.one : unit.many);
    }
    return "0 s";
}

std::string relative(NumericDate moment, NumericDate now) {
    if (moment == now) return "now";
    return moment < now ? in_words(now - moment) + " ago" : "in " + in_words(moment - now);
}

std::string in_utc(NumericDate moment) {
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{moment - day};
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d UTC",
                                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                   static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
    return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

}  // namespace credence::command
