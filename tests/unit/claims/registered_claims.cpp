// SPDX-License-Identifier: MIT
// The registered claims as values: dates, audiences, and defaults.
#include <credence/claims/registered_claims.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Audience;
using credence::NumericDate;
using credence::RegisteredClaims;

TEST_CASE("an audience is made from one name, several, or none") {
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

TEST_CASE("claims that were not set are absent") {
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
