// SPDX-License-Identifier: MIT
// What a revocation store is told of a token.
#include <credence/detail/token_identity.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace detail = credence::detail;

TEST_CASE("a token's identity is read from its payload, escapes and all") {
    const std::vector<std::string> required;
    detail::PayloadFacts facts{required};
    const std::string padding(8, '\0');
    const std::string iss = R"("i\u0073s")", jti = R"("t1")", sub = R"("bob")", iat = "1700000000.5" + padding,
                      exp = "1700003600.5" + padding;
    facts.note(detail::Noted::iss, iss);
    facts.note(detail::Noted::jti, jti);
    facts.note(detail::Noted::sub, sub);
    facts.note(detail::Noted::iat, iat, detail::to_date(detail::take_number(iat.data())));
    facts.note(detail::Noted::exp, exp, detail::to_date(detail::take_number(exp.data())));
    const auto identity = detail::token_identity(facts, facts.dates());
    REQUIRE(identity);
    CHECK(identity->issuer == "iss");
    CHECK(identity->id == "t1");
    CHECK(identity->subject == "bob");
    // Down, so that a mark catches it; up, so that a revocation lasts as long as the token.
    CHECK(identity->issued_at.time_since_epoch().count() == 1'700'000'000);
    CHECK(identity->expires_at.value().time_since_epoch().count() == 1'700'003'601);
}
