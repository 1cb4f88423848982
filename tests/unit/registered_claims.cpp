// SPDX-License-Identifier: MIT
// The registered claims as values: dates, audiences, and what is there when nothing is said.
#include <credence/registered_claims.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Audience;
using credence::NumericDate;
using credence::RegisteredClaims;

TEST_CASE("the present moment is the system clock's, in whole seconds") {
    static_assert(std::is_same_v<credence::NumericDate::duration, std::chrono::seconds>);
    const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto moment = credence::now();
    const auto after = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now());
    CHECK(moment >= before - 1s);  // time() may read a clock that ticks a little later
    CHECK(moment <= after);
}

TEST_CASE("a lifetime is counted from the present moment") {
    const auto before = credence::now();
    const auto later = credence::in(1h);
    CHECK(later >= before + 1h);
    CHECK(later <= credence::now() + 1h);
    CHECK(credence::in(-1h) < before);
}

TEST_CASE("a lifetime that leads past the last moment ends there") {
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

TEST_CASE("an audience is made of one name, of several, or of none") {
    const std::string_view view = "api";
    CHECK(Audience{}.empty());
    CHECK(Audience("api") == Audience(std::string{"api"}));
    CHECK(Audience("api") == Audience(view));
    CHECK(Audience{"api", "web"} == Audience(std::vector<std::string>{"api", "web"}));
    const RegisteredClaims one{.aud = "api"};
    const RegisteredClaims two{.aud = {"api", "web"}};
    CHECK(one.aud.size() == 1);
    CHECK(two.aud == Audience{"api", "web"});
}

TEST_CASE("claims that nobody set are absent") {
    const RegisteredClaims claims;
    CHECK(claims.iss.empty());
    CHECK(claims.sub.empty());
    CHECK(claims.aud.empty());
    CHECK_FALSE(claims.exp);
    CHECK_FALSE(claims.nbf);
    CHECK_FALSE(claims.iat);
    CHECK(claims.jti.empty());
}

TEST_CASE("registered claims compare by all their members") {
    const RegisteredClaims claims{.iss = "i", .sub = "s", .aud = "a", .exp = credence::NumericDate{1s}, .jti = "j"};
    auto other = claims;
    CHECK(claims == other);
    other.nbf = credence::NumericDate{};
    CHECK_FALSE(claims == other);
}
