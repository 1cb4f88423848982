// SPDX-License-Identifier: MIT
// The answers of RFC 6750 §3 for each code, and the texts that must never appear in them.
#include <credence/http/rejection.hpp>

#include <chrono>
#include <string>
#include <utility>
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

TEST_CASE("a missing scope is reported with the required scopes") {
    const auto rejection = Rejection::from(Error{Errc::insufficient_scope}, {.scope = "orders:read orders:write"});
    CHECK(rejection.status == 403);
    CHECK(rejection.challenge == R"(Bearer realm="api", error="insufficient_scope", )"
                                 R"(error_description="The access token does not grant the scope that is needed", )"
                                 R"(scope="orders:read orders:write")");
}

TEST_CASE("a missing scope without a name leaves the parameter out") {
    CHECK_THAT(Rejection::from(Error{Errc::insufficient_scope}).challenge, !support::contains_text("scope=\""));
}

TEST_CASE("the retry time of the error decides Retry-After") {
    const Error known{.code = Errc::keys_unavailable, .retry_after = std::chrono::seconds{17}};
    CHECK(Rejection::from(known, {.retry_after = std::chrono::seconds{3}}).retry_after == std::chrono::seconds{17});
    const Error unknown{.code = Errc::keys_unavailable};
    CHECK(Rejection::from(unknown, {.retry_after = std::chrono::seconds{3}}).retry_after == std::chrono::seconds{3});
}

TEST_CASE("unavailable keys and stores are 503 with Retry-After and no challenge") {
    for (const Errc code : {Errc::keys_unavailable, Errc::store_unavailable, Errc::invalid_key, Errc::key_too_short}) {
        const auto rejection = Rejection::from(Error{code}, {.retry_after = std::chrono::seconds{30}});
        CHECK(rejection.status == 503);
        CHECK(rejection.challenge.empty());
        CHECK(rejection.retry_after == std::chrono::seconds{30});
    }
}

TEST_CASE("every token error gets the same answer") {
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

TEST_CASE("tell_expired changes the answer for expired tokens only") {
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
    const Challenge challenge{.realm = hostile,
                              .scope = hostile,
                              .resource_metadata = "https://a" + hostile,
                              .others = {"Basic realm=\"" + hostile + "\""}};
    for (const Errc code : every_code()) {
        const auto rejection = Rejection::from(Error{code, hostile}, challenge);
        CHECK(rejection.other_challenges.empty());
        CHECK_THAT(rejection.challenge, !support::contains_text("resource_metadata"));
        for (const char byte : rejection.challenge) {
            const auto value = static_cast<unsigned char>(byte);
            CHECK((value >= 0x20 && value != 0x7f));
        }
    }
}

TEST_CASE("a 401 names the scopes of the resource, too") {
    const Challenge challenge{.scope = "files:read"};
    CHECK(Rejection::from(Error{Errc::missing_credentials}, challenge).challenge ==
          R"(Bearer realm="api", scope="files:read")");
    CHECK_THAT(Rejection::from(Error{Errc::token_expired}, challenge).challenge,
               support::contains_text(R"(is not valid", scope="files:read")"));
    CHECK_THAT(Rejection::from(Error{Errc::malformed_credentials}, challenge).challenge,
               !support::contains_text("files:read"));
}

TEST_CASE("resource_metadata goes with every challenge") {
    const Challenge challenge{.scope = "a", .resource_metadata = "https://api.example/.well-known/x"};
    CHECK(Rejection::from(Error{Errc::missing_credentials}, challenge).challenge ==
          R"(Bearer realm="api", scope="a", resource_metadata="https://api.example/.well-known/x")");
    for (const Errc code : {Errc::malformed_credentials, Errc::insufficient_scope, Errc::token_expired}) {
        CHECK_THAT(Rejection::from(Error{code}, challenge).challenge,
                   support::contains_text(R"(, resource_metadata="https://api.example/.well-known/x")"));
    }
    CHECK(Rejection::from(Error{Errc::store_unavailable}, challenge).challenge.empty());
}

TEST_CASE("a text that is not a URL is not sent as resource_metadata") {
    for (const std::string url :
         {"", "https://a\r\nSet-Cookie: x", "https://a b", "https://a\"", "https://a\\", "\xc3\xa9"}) {
        INFO(url);
        CHECK(Rejection::from(Error{Errc::missing_credentials}, {.resource_metadata = url}).challenge ==
              R"(Bearer realm="api")");
    }
}

TEST_CASE("challenges of other schemes go with 401, each by itself") {
    const Challenge challenge{.others = {R"(Basic realm="api")", "", "Negotiate", "X a=\"\r\nSet-Cookie: x\"", "Y\t"}};
    const std::vector<std::string> sent{R"(Basic realm="api")", "Negotiate"};
    CHECK(Rejection::from(Error{Errc::missing_credentials}, challenge).other_challenges == sent);
    CHECK(Rejection::from(Error{Errc::invalid_signature}, challenge).other_challenges == sent);
    CHECK(Rejection::from(Error{Errc::missing_credentials}, challenge).challenge == R"(Bearer realm="api")");
    for (const Errc code : {Errc::malformed_credentials, Errc::insufficient_scope, Errc::store_unavailable})
        CHECK(Rejection::from(Error{code}, challenge).other_challenges.empty());
}

TEST_CASE("the name of a claim stays in the log") {
    for (const Errc code : every_code()) {
        const auto rejection = Rejection::from(Error{code, "tenant"});
        CHECK_THAT(rejection.challenge, !support::contains_text("tenant"));
        CHECK_THAT(rejection.problem_json(), !support::contains_text("tenant"));
    }
}

TEST_CASE("descriptions have only the characters of RFC 6750") {
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
