// SPDX-License-Identifier: MIT
// NumericDate, the dates of tokens in whole seconds, and the clocks that give the current one. RFC 7519 §2
#pragma once

#include <credence/version.hpp>

#include <chrono>
#include <ctime>
#include <functional>

namespace credence {

/// A point in time in whole seconds of Unix time; in a token, a JSON number. RFC 7519 §2
using NumericDate = std::chrono::sys_seconds;

/// The current time, from the system's clock.
// `time` is the cheapest clock with a resolution of a second, which is all that a NumericDate has. On Linux it may be
// late by a tick of the kernel, some milliseconds.
[[nodiscard]] inline NumericDate now() noexcept { return NumericDate{std::chrono::seconds{std::time(nullptr)}}; }

namespace detail {

/// `moment + span`, clamped to the range of `NumericDate` instead of overflowing.
[[nodiscard]] constexpr NumericDate saturating_sum(NumericDate moment, std::chrono::seconds span) noexcept {
    constexpr std::chrono::seconds none{0};
    if (span > none && moment > (NumericDate::max)() - span) return (NumericDate::max)();
    if (span < none && moment < (NumericDate::min)() - span) return (NumericDate::min)();
    return moment + span;
}

}  // namespace detail

/// The time that is `lifetime` from now: `{.exp = credence::in(15min)}`. A sum that would overflow is clamped to the
/// last `NumericDate`, which `encode` refuses.
[[nodiscard]] inline NumericDate in(std::chrono::seconds lifetime) noexcept {
    return detail::saturating_sum(now(), lifetime);
}

/// A source of the current time. Tests pass one that returns a fixed time.
using Clock = std::function<NumericDate()>;

/// The default clock: the system's, in whole seconds.
[[nodiscard]] inline NumericDate system_clock() { return now(); }

namespace detail {

/// The current time, from the system's most exact clock, which takes ten times as long to read.
[[nodiscard]] inline NumericDate exact_now() noexcept {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// The current time by `clock`, or by the system's clock if it is empty.
[[nodiscard]] inline NumericDate moment_of(const Clock& clock) { return clock ? clock() : system_clock(); }

/// The same by the system's most exact clock if `clock` is empty.
[[nodiscard]] inline NumericDate exact_moment_of(const Clock& clock) { return clock ? clock() : exact_now(); }

}  // namespace detail
}  // namespace credence
