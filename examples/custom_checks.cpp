// SPDX-License-Identifier: MIT
// The rules for a token: its issuer, its audience, its greatest age, and rules of the application's own.
#include <credence/credence.hpp>

#include <iostream>
#include <string>

using namespace std::chrono_literals;

struct Member {
    int tenant = 0;
    bool admin = false;
};
using MemberClaims = credence::Claims<Member>;

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto verifier = credence::verifier_for<MemberClaims>(
        keys, {.issuer = "https://id.example",
               .audience = "api",
               .leeway = 5s,
               .max_age = 1h,
               .required = {"sub", "jti"},
               .checks = {{"tenant", [](const MemberClaims& claims) { return claims.tenant == 7; }},
                          {"admin", &MemberClaims::admin},
                          {"jti", [](const MemberClaims& claims) { return claims.jti != "stolen"; },
                           credence::Errc::token_revoked}}});

    const auto tell = [&](const char* what, const MemberClaims& claims) {
        const auto who = verifier.verify(credence::encode(claims, keys).value());
        std::cout << what << ": " << (who ? "welcome, " + who->sub : message(who.error())) << '\n';
    };
    MemberClaims good{{.iss = "https://id.example",
                       .sub = "42",
                       .aud = "api",
                       .exp = credence::in(1h),
                       .iat = credence::now(),
                       .jti = "1"},
                      {.tenant = 7, .admin = true}};
    tell("all is right", good);
    auto claims = good;
    claims.aud = "forum";
    tell("another audience", claims);
    claims = good;
    claims.iat = credence::in(-2h);
    tell("two hours old", claims);
    claims = good;
    claims.tenant = 8;
    tell("another tenant", claims);
    claims = good;
    claims.jti = "stolen";
    tell("revoked", claims);
}
