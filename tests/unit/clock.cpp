// SPDX-License-Identifier: MIT
// NumericDate and the clocks.
#include <credence/clock.hpp>

#include <chrono>
#include <type_traits>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::NumericDate;

TEST_CASE("the default clock is the system clock") {
    const auto before = credence::now();
    const NumericDate shown = credence::system_clock();
    CHECK(shown >= before);
    CHECK(shown <= credence::now());
    CHECK(credence::detail::moment_of({}) >= before);
    CHECK(credence::detail::moment_of([] { return NumericDate{7s}; }) == NumericDate{7s});
}

TEST_CASE("now() is the time of the system clock, in whole seconds") {
    static_assert(std::is_same_v<credence::NumericDate::duration, std::chrono::seconds>);
    const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto moment = credence::now();
    const auto after = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now());
    CHECK(moment >= before - 1s);  // time() may read a clock that ticks a little later
    CHECK(moment <= after);
}

TEST_CASE("a lifetime starts at the current time") {
    const auto before = credence::now();
    const auto later = credence::in(1h);
    CHECK(later >= before + 1h);
    CHECK(later <= credence::now() + 1h);
    CHECK(credence::in(-1h) < before);
}

TEST_CASE("a lifetime beyond the last representable time ends at that time") {
    using std::chrono::seconds;
    CHECK(credence::in(seconds::max()) == NumericDate::max());
    CHECK(credence::in(seconds::max() - 1h) == NumericDate::max());
    CHECK(credence::in(seconds::min()) < NumericDate{});
    CHECK(credence::detail::saturating_sum(NumericDate::max(), 1s) == NumericDate::max());
    CHECK(credence::detail::saturating_sum(NumericDate::max(), -1s) == NumericDate::max() - 1s);
    CHECK(credence::detail::saturating_sum(NumericDate::min(), -1s) == NumericDate::min());
    CHECK(credence::detail::saturating_sum(NumericDate::min(), seconds::max()) == NumericDate{-1s});
    CHECK(credence::detail::saturating_sum(NumericDate{-1s}, seconds::min()) == NumericDate::min());
    CHECK(credence::detail::saturating_sum(NumericDate{0s}, seconds::min()) == NumericDate::min());
}
