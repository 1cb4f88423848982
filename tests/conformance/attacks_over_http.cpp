// SPDX-License-Identifier: MIT
// Known attacks on the Authorization header and through the answer: rows 38, 39 and 44.
#include <credence/http/bearer.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using support::account_token;
using support::account_verifier;

namespace {

int status_of(std::string_view header) {
    const auto who = credence::require_bearer(header, account_verifier());
    return who ? 200 : who.error().status;
}

}  // namespace

TEST_CASE("attack row 38: the scheme is matched without case, and followed by spaces") {
    const std::string token = account_token();
    for (const std::string_view scheme : {"Bearer ", "bearer ", "BEARER ", "bEaReR ", "Bearer   "}) {
        CHECK(status_of(std::string{scheme} + token) == 200);
    }
    for (const std::string_view scheme :
         {"Bearer\t", "Bearer", "Bearer\xc2\xa0", "Bearers ", "Basic ", "Bearer: ", "Bearer,"}) {
        INFO(scheme);
        CHECK(status_of(std::string{scheme} + token) != 200);
    }
}

TEST_CASE("attack row 38: two credentials, or a scheme without a credential, are a bad request") {
    const std::string token = account_token();
    for (const std::string& header :
         {std::string{"Bearer"}, std::string{"Bearer "}, "Bearer " + token + ' ' + token,
          "Bearer " + token + ", Bearer " + token, "Bearer " + token + ",", std::string{"Bearer a,b"},
          "Bearer \"" + token + '"', "Bearer " + token + "\r\nX: y", "Bearer " + token + '\0' + "x",
          "Bearer " + token + "\xc3\xa4"}) {
        INFO(header);
        CHECK(status_of(header) == 400);
    }
    CHECK(status_of("") == 401);
    CHECK(status_of("Basic dXNlcjpwYXNz") == 401);
}

TEST_CASE("attack row 39: a challenge repeats nothing of the request") {
    for (const std::string_view header :
         {"Bearer evil.evil.evil", "Bearer \"evil\"", "Bearer evil\r\nSet-Cookie: evil=1", "evil realm=\"evil\"",
          "Bearer eyJhbGciOiJldmlsIn0.e30.AA"}) {
        const auto who = credence::require_bearer(header, account_verifier());
        REQUIRE_FALSE(who);
        INFO(who.error().challenge);
        CHECK(who.error().challenge.find("evil") == std::string::npos);
        CHECK(who.error().challenge.find_first_of("\r\n") == std::string::npos);
        CHECK(message(who.error().reason).find("evil") == std::string::npos);
    }
}

TEST_CASE("attack row 44: every token error gets the same answer, except token_expired with tell_expired") {
    std::optional<std::string> said;
    for (const std::string& token :
         {support::forged_token(), support::expired_token(), account_token() + "A", std::string{"a.b.c"},
          std::string{"a"}, account_token() + '.', std::string(20'000, 'a')}) {
        const auto who = credence::require_bearer("Bearer " + token, account_verifier());
        REQUIRE_FALSE(who);
        CHECK(who.error().status == 401);
        if (!said) said = who.error().challenge;
        CHECK(who.error().challenge == *said);
    }
    const auto told =
        credence::require_bearer("Bearer " + support::expired_token(), account_verifier(), {.tell_expired = true});
    REQUIRE_FALSE(told);
    CHECK(told.error().challenge != *said);
    CHECK(told.error().reason.code == Errc::token_expired);
}
