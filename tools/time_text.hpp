// SPDX-License-Identifier: MIT
// Durations and times as people write them: "15m", "@1700000000", "expired 3 min ago".
#pragma once

#include <credence/claims/registered_claims.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace credence::command {

/// Reads "90s", "15m", "1h30m", "7d", "2w", also with a sign before it; a number alone is in seconds.
[[nodiscard]] std::optional<std::chrono::seconds> read_span(std::string_view text);

/// Reads a time: a duration with its unit, from `now` on, or "@" and seconds of Unix time.
[[nodiscard]] std::optional<NumericDate> read_moment(std::string_view text, NumericDate now);

/// A span in the one unit that fits it best: "3 min", "2 h", "5 days".
[[nodiscard]] std::string in_words(std::chrono::seconds span);

/// A time relative to another: "3 min ago", "in 2 h", "now".
[[nodiscard]] std::string relative(NumericDate moment, NumericDate now);

/// A time in UTC: "2023-11-14 22:13:20 UTC".
[[nodiscard]] std::string in_utc(NumericDate moment);

}  // namespace credence::command
