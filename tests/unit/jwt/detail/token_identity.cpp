// SPDX-License-Identifier: MIT
// The identity of a token that a revocation store gets.
#include <credence/jwt/detail/token_identity.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

namespace detail = credence::detail;

TEST_CASE("the identity of a token is read from its payload, with its escapes") {
    const std::vector<std::string> required, scope_claims{"scope", "scp"};
    detail::ClaimIndex index{{required, scope_claims}};
    const std::string padding(8, '\0');
    const std::string iss = R"("i\u0073s")", jti = R"("t1")", sub = R"("bob")", iat = "1700000000.5" + padding,
                      exp = "1700003600.5" + padding;
    index.add(detail::RecognisedClaim::iss, iss);
    index.add(detail::RecognisedClaim::jti, jti);
    index.add(detail::RecognisedClaim::sub, sub);
    index.add(detail::RecognisedClaim::iat, iat, detail::to_date(detail::take_number(iat.data())).value());
    index.add(detail::RecognisedClaim::exp, exp, detail::to_date(detail::take_number(exp.data())).value());
    credence::TokenIdentity identity;
    REQUIRE_FALSE(detail::read_identity(index, identity));
    CHECK(identity.issuer == "iss");
    CHECK(identity.id == "t1");
    CHECK(identity.subject == "bob");
    CHECK(identity.issued_at.time_since_epoch().count() == 1'700'000'000);
    CHECK(identity.expires_at.value().time_since_epoch().count() == 1'700'003'600);
}

TEST_CASE("a token without a claim that revocation needs has no identity, with a reason") {
    const std::vector<std::string> required, scope_claims{"scope", "scp"};
    detail::ClaimIndex index{{required, scope_claims}};
    const std::string jti = R"("t1")";
    credence::TokenIdentity identity;
    CHECK(detail::read_identity(index, identity) == credence::Error{credence::Errc::missing_claim, "jti"});
    index.add(detail::RecognisedClaim::jti, jti);
    const auto without_sub = detail::read_identity(index, identity);
    CHECK(without_sub == credence::Error{credence::Errc::missing_claim, "sub"});
    CHECK(without_sub.value().reason == "revocation needs it");
}
