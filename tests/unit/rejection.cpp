// SPDX-License-Identifier: MIT
// The answers of RFC 6750 §3, code by code, and what must never get into them.
#include <credence/rejection.hpp>

#include <chrono>
#include <string>
#include <vector>

#include "support/catch.hpp"

using credence::Challenge;
using credence::Errc;
using credence::Error;
using credence::Rejection;

namespace {

std::vector<Errc> every_code() {
    std::vector<Errc> codes;
    for (int value = 1; value <= static_cast<int>(Errc::store_unavailable); ++value)
        codes.push_back(static_cast<Errc>(value));
    return codes;
}

}  // namespace

TEST_CASE("a request without credentials gets the realm and no error code") {
    const auto rejection = Rejection::from(Error{Errc::missing_credentials}, {.realm = "shop"});
    CHECK(rejection.status == 401);
    CHECK(rejection.challenge == R"(Bearer realm="shop")");
    CHECK_FALSE(rejection.retry_after);
}

TEST_CASE("malformed credentials are invalid_request") {
    const auto rejection = Rejection::from(Error{Errc::malformed_credentials});
    CHECK(rejection.status == 400);
    CHECK(rejection.challenge == R"(Bearer realm="api", error="invalid_request", )"
                                 R"(error_description="The request must carry exactly one well-formed bearer token")");
}

TEST_CASE("a missing scope is told with the scopes that are needed") {
    const auto rejection = Rejection::from(Error{Errc::insufficient_scope}, {.scope = "orders:read orders:write"});
    CHECK(rejection.status == 403);
    CHECK(rejection.challenge == R"(Bearer realm="api", error="insufficient_scope", )"
                                 R"(error_description="The access token does not grant the scope that is needed", )"
                                 R"(scope="orders:read orders:write")");
}

TEST_CASE("a missing scope that nobody named leaves the parameter out") {
    CHECK_THAT(Rejection::from(Error{Errc::insufficient_scope}).challenge, !support::contains_text("scope=\""));
}

TEST_CASE("keys and stores that cannot be asked are 503 with Retry-After and no challenge") {
    for (const Errc code : {Errc::keys_unavailable, Errc::store_unavailable, Errc::invalid_key, Errc::key_too_short}) {
        const auto rejection = Rejection::from(Error{code}, {.retry_after = std::chrono::seconds{30}});
        CHECK(rejection.status == 503);
        CHECK(rejection.challenge.empty());
        CHECK(rejection.retry_after == std::chrono::seconds{30});
    }
}

TEST_CASE("everything about the token looks the same from outside") {
    const std::string challenge =
        R"(Bearer realm="api", error="invalid_token", error_description="The access token is not valid")";
    int about_the_token = 0;
    for (const Errc code : every_code()) {
        const auto rejection = Rejection::from(Error{code, "exp"});
        CHECK(rejection.reason == Error{code, "exp"});
        CHECK_FALSE(rejection.description.empty());
        if (code > Errc::token_revoked) continue;
        CHECK(rejection.status == 401);
        CHECK(rejection.challenge == challenge);
        ++about_the_token;
    }
    CHECK(about_the_token == 23);
}

TEST_CASE("that a token has expired is told only when asked for, and only of that") {
    const Challenge tells{.tell_expired = true};
    CHECK_THAT(Rejection::from(Error{Errc::token_expired}, tells).challenge, support::contains_text("expired"));
    CHECK_THAT(Rejection::from(Error{Errc::token_expired}).challenge, !support::contains_text("expired"));
    for (const Errc code : every_code()) {
        if (code == Errc::token_expired) continue;
        CHECK_THAT(Rejection::from(Error{code}, tells).challenge, !support::contains_text("expired"));
    }
}

TEST_CASE("a realm is sent as a quoted-string") {
    const auto challenge_of = [](std::string realm) {
        return Rejection::from(Error{Errc::missing_credentials}, {.realm = std::move(realm)}).challenge;
    };
    CHECK(challenge_of(R"(a"b\c)") == R"(Bearer realm="a\"b\\c")");
    CHECK(challenge_of("") == R"(Bearer realm="")");
    CHECK(challenge_of("na\xc3\xafve") == "Bearer realm=\"na\xc3\xafve\"");
    CHECK(challenge_of("a\r\nSet-Cookie: x=y") == R"(Bearer realm="a  Set-Cookie: x=y")");
}

TEST_CASE("no control character reaches a challenge") {
    std::string hostile;
    for (int byte = 0; byte < 256; ++byte) hostile.push_back(static_cast<char>(byte));
    for (const Errc code : every_code()) {
        const auto rejection = Rejection::from(Error{code, hostile}, {.realm = hostile, .scope = hostile});
        for (const char byte : rejection.challenge) {
            const auto value = static_cast<unsigned char>(byte);
            CHECK((value >= 0x20 && value != 0x7f));
        }
    }
}

TEST_CASE("the name of a claim stays in the log") {
    for (const Errc code : every_code()) {
        const auto rejection = Rejection::from(Error{code, "tenant"});
        CHECK_THAT(rejection.challenge, !support::contains_text("tenant"));
        CHECK_THAT(rejection.problem_json(), !support::contains_text("tenant"));
    }
}

TEST_CASE("descriptions keep to the alphabet of RFC 6750") {
    for (const Errc code : every_code()) {
        for (const char byte : Rejection::from(Error{code}, {.tell_expired = true}).description) {
            CHECK((byte >= 0x20 && byte <= 0x7e && byte != '"' && byte != '\\'));
        }
    }
}

TEST_CASE("problem_json is RFC 9457") {
    CHECK(Rejection::from(Error{Errc::token_expired}).problem_json() ==
          R"({"type":"about:blank","title":"Unauthorized","status":401,"detail":"The access token is not valid"})");
    CHECK_THAT(Rejection::from(Error{Errc::malformed_credentials}).problem_json(),
               support::contains_text(R"("title":"Bad Request","status":400)"));
    CHECK_THAT(Rejection::from(Error{Errc::insufficient_scope}).problem_json(),
               support::contains_text(R"("title":"Forbidden","status":403)"));
    CHECK_THAT(Rejection::from(Error{Errc::store_unavailable}).problem_json(),
               support::contains_text(R"("title":"Service Unavailable","status":503)"));
}
