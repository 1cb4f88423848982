// SPDX-License-Identifier: MIT
// From a header value or a request to a proof or a rejection: require_bearer and optional_bearer.
#include <credence/http/bearer.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::optional_bearer;
using credence::Rejection;
using credence::require_bearer;
using credence::Result;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

const auto& verifier = account_verifier();

acme::Request with_cookie(std::string value) { return {.headers = {{"Cookie", std::move(value)}}}; }

acme::Request with_both(std::string authorization, std::string cookie) {
    return {.headers = {{"Authorization", std::move(authorization)}, {"Cookie", std::move(cookie)}}};
}

Errc reason(const auto& refused) {
    REQUIRE_FALSE(refused);
    return refused.error().reason.code;
}

}  // namespace

TEST_CASE("a good token becomes a proof, and operator-> leads to its claims") {
    const auto who = require_bearer("Bearer " + account_token("42"), verifier);
    static_assert(std::is_same_v<decltype(who), const Result<Verified<AccountClaims>, Rejection>>);
    REQUIRE(who);
    CHECK(who->sub == "42");
    CHECK(who->role == "admin");
}

TEST_CASE("a proof is passed on without a copy: a request costs no allocation more than its token") {
    const std::string token = account_token(std::string(100, 's'));
    const std::string field = "Bearer " + token;
    static_cast<void>(verifier.verify(token));  // caches what is cached once
    std::size_t by_hand = 0, from_request = 0;
    const auto count = [](std::size_t& into, auto&& verify) {
        into = support::allocations_of([&] { static_cast<void>(verify()); }).count;
    };
    count(by_hand, [&] { return verifier.verify(token); });
    count(from_request, [&] { return require_bearer(field, verifier); });
    CHECK(by_hand > 0);
    CHECK(from_request == by_hand);
}

TEST_CASE("the header value may have any string type") {
    const std::string text = "bearer   " + account_token();
    CHECK(require_bearer(text, verifier));
    CHECK(require_bearer(std::string_view{text}, verifier));
    CHECK(require_bearer(text.c_str(), verifier));
    CHECK(require_bearer(std::optional<std::string_view>{text}, verifier));
    CHECK(require_bearer(std::optional<std::string>{text}, verifier));
    CHECK(require_bearer(credence::HeaderValue{text}, verifier));
}

TEST_CASE("a header that is null, nullopt or empty is missing_credentials") {
    const char* null = nullptr;
    CHECK(reason(require_bearer(null, verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer(nullptr, verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer(std::nullopt, verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer("", verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer(std::optional<std::string_view>{}, verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer(acme::Request{}, verifier)) == Errc::missing_credentials);
}

TEST_CASE("each kind of error has its answer") {
    const auto status = [](const std::string& value) { return require_bearer(value, verifier).error().status; };
    CHECK(status("") == 401);
    CHECK(status("Basic abc") == 401);
    CHECK(status("Bearer") == 400);
    CHECK(status("Bearer a b") == 400);
    CHECK(status("Bearer " + account_token() + ", Bearer " + account_token()) == 400);
    CHECK(status("Bearer abc") == 401);
    CHECK(status("Bearer " + support::expired_token()) == 401);
    CHECK(status("Bearer " + support::forged_token()) == 401);
    CHECK(reason(require_bearer("Bearer abc", verifier)) == Errc::malformed_token);
    CHECK(reason(require_bearer("Bearer " + support::expired_token(), verifier)) == Errc::token_expired);
    CHECK(reason(require_bearer("Bearer " + support::forged_token(), verifier)) == Errc::invalid_signature);
    CHECK(reason(require_bearer("Bearer " + std::string(16385, 'a'), verifier)) == Errc::token_too_large);
}

TEST_CASE("the challenge has the realm, and the expiry with tell_expired") {
    const auto refused =
        require_bearer("Bearer " + support::expired_token(), verifier, {.realm = "shop", .tell_expired = true});
    CHECK(refused.error().challenge ==
          R"(Bearer realm="shop", error="invalid_token", error_description="The access token expired")");
}

TEST_CASE("a rejection repeats nothing of the request") {
    const std::string token = support::forged_token();
    const auto refused = require_bearer("Bearer " + token, verifier).error();
    for (const std::string& part : {token, token.substr(0, 10), token.substr(token.size() - 10)}) {
        CHECK_THAT(refused.challenge, !support::contains_text(part));
        CHECK_THAT(refused.problem_json(), !support::contains_text(part));
        CHECK_THAT(message(refused.reason), !support::contains_text(part));
    }
}

TEST_CASE("a request of a known stack") {
    const auto who = require_bearer(acme::with_authorization("Bearer " + account_token("7")), verifier);
    REQUIRE(who);
    CHECK(who->sub == "7");
}

TEST_CASE("two Authorization fields are refused, and neither is chosen") {
    const std::string good = "Bearer " + account_token();
    for (const std::string& other : {good, std::string{"Basic abc"}, std::string{}}) {
        const acme::Request request{.headers = {{"Authorization", good}, {"Authorization", other}}};
        const auto refused = require_bearer(request, verifier);
        CHECK(reason(refused) == Errc::malformed_credentials);
        CHECK(refused.error().status == 400);
        CHECK(reason(optional_bearer(request, verifier)) == Errc::malformed_credentials);
    }
}

TEST_CASE("the claims type may be given explicitly") {
    CHECK(require_bearer<AccountClaims>("Bearer " + account_token(), verifier));
    CHECK(require_bearer<AccountClaims>(acme::with_authorization("Bearer " + account_token()), verifier));
    CHECK(optional_bearer<AccountClaims>(nullptr, verifier));
}

TEST_CASE("optional_bearer accepts a request without credentials, and refuses bad credentials") {
    const auto stranger = optional_bearer("", verifier);
    REQUIRE(stranger);
    CHECK_FALSE(stranger->has_value());
    CHECK_FALSE(optional_bearer("Basic abc", verifier).value());

    const auto known = optional_bearer("Bearer " + account_token("7"), verifier);
    REQUIRE(known);
    REQUIRE(known->has_value());
    CHECK((**known)->sub == "7");

    CHECK(reason(optional_bearer("Bearer", verifier)) == Errc::malformed_credentials);
    CHECK(reason(optional_bearer("Bearer " + support::expired_token(), verifier)) == Errc::token_expired);
    CHECK(optional_bearer("Bearer " + support::forged_token(), verifier).error().status == 401);
}

TEST_CASE("a check with the code missing_credentials does not make a bad token anonymous") {
    const auto odd = credence::verifier_for<AccountClaims>(
        support::account_keys(),
        {.checks = {{"odd", [](const AccountClaims&) { return false; }, Errc::missing_credentials}}});
    CHECK(reason(optional_bearer("Bearer " + account_token(), odd)) == Errc::missing_credentials);
}

TEST_CASE("a token in a cookie") {
    const std::string token = account_token("7");
    const auto who = require_bearer(with_cookie("a=b; token=" + token), verifier, {.cookie = "token"});
    REQUIRE(who);
    CHECK(who->sub == "7");
    CHECK(require_bearer(acme::with_authorization("Bearer " + token), verifier, {.cookie = "token"}));
    CHECK(reason(require_bearer(with_cookie("token=" + token), verifier)) == Errc::missing_credentials);
    CHECK(reason(require_bearer(with_cookie("Token=" + token), verifier, {.cookie = "token"})) ==
          Errc::missing_credentials);
    CHECK(reason(require_bearer(with_cookie("token="), verifier, {.cookie = "token"})) == Errc::missing_credentials);
    CHECK(reason(require_bearer(with_cookie("token=a,b"), verifier, {.cookie = "token"})) ==
          Errc::malformed_credentials);
    CHECK(reason(require_bearer(with_cookie("token=\"" + token + "\""), verifier, {.cookie = "token"})) ==
          Errc::malformed_credentials);
    CHECK(reason(require_bearer(with_cookie("token=abc"), verifier, {.cookie = "token"})) == Errc::malformed_token);
    CHECK_FALSE(optional_bearer(acme::Request{}, verifier, {.cookie = "token"}).value());
    CHECK(optional_bearer(with_cookie("token=" + token), verifier, {.cookie = "token"}).value());
}

TEST_CASE("cookie and header together must carry the same token") {
    const std::string token = account_token("7");
    const auto ask = [](const acme::Request& request) {
        return require_bearer(request, verifier, {.cookie = "token"});
    };
    CHECK(ask(with_both("Bearer " + token, "token=" + token)));
    CHECK(ask(with_both("Basic abc", "token=" + token)));
    CHECK(ask(with_both("Bearer " + token, "token=")));
    CHECK(ask(with_both("", "token=" + token)));
    CHECK(reason(ask(with_both("Bearer " + token, "token=" + account_token("8")))) == Errc::malformed_credentials);
    CHECK(reason(ask(with_both("Bearer", "token=" + token))) == Errc::malformed_credentials);
    CHECK(reason(ask(with_both("Bearer " + token, "token=\""))) == Errc::malformed_credentials);
    CHECK(ask(with_both("Bearer " + token, "token=x")).error().status == 400);
}

TEST_CASE("two different cookies of the name, or two Cookie fields, are refused") {
    const std::string token = account_token();
    CHECK(require_bearer(with_cookie("token=" + token + "; token=" + token), verifier, {.cookie = "token"}));
    CHECK(reason(require_bearer(with_cookie("token=" + token + "; token=x"), verifier, {.cookie = "token"})) ==
          Errc::malformed_credentials);
    const acme::Request request{.headers = {{"Cookie", "token=" + token}, {"Cookie", "a=b"}}};
    CHECK(reason(require_bearer(request, verifier, {.cookie = "token"})) == Errc::malformed_credentials);
    CHECK(reason(require_bearer(request, verifier)) == Errc::missing_credentials);
}

TEST_CASE("a cookie alone, if no header may carry the token") {
    const std::string token = account_token();
    const credence::TokenLocation cookie_only{.header = "", .cookie = "token"};
    CHECK(require_bearer(with_both("Bearer other", "token=" + token), verifier, cookie_only));
    CHECK(reason(require_bearer(acme::with_authorization("Bearer " + token), verifier, cookie_only)) ==
          Errc::missing_credentials);
    CHECK(reason(require_bearer(acme::with_authorization("Bearer " + token), verifier, {.header = ""})) ==
          Errc::missing_credentials);
}

TEST_CASE("a token in a field of another name, with and without a scheme") {
    const std::string token = account_token("7");
    const credence::TokenLocation forwarded{.header = "X-Forwarded-Access-Token", .scheme = ""};
    const acme::Request request{.headers = {{"X-Forwarded-Access-Token", token}, {"Authorization", "Bearer other"}}};
    const auto who = require_bearer(request, verifier, forwarded);
    REQUIRE(who);
    CHECK(who->sub == "7");
    CHECK(reason(require_bearer(acme::with_authorization("Bearer " + token), verifier, forwarded)) ==
          Errc::missing_credentials);
    CHECK(reason(require_bearer(request, verifier, {.header = "X-Forwarded-Access-Token"})) ==
          Errc::missing_credentials);

    const acme::Request twice{.headers = {{"X-Forwarded-Access-Token", token}, {"X-Forwarded-Access-Token", token}}};
    CHECK(reason(require_bearer(twice, verifier, forwarded)) == Errc::malformed_credentials);
    const acme::Request joined{.headers = {{"X-Forwarded-Access-Token", token + ", " + token}}};
    CHECK(reason(require_bearer(joined, verifier, forwarded)) == Errc::malformed_credentials);

    CHECK(require_bearer(acme::with_authorization("token " + token), verifier, {.scheme = "Token"}));
    CHECK(reason(require_bearer(acme::with_authorization("Bearer " + token), verifier, {.scheme = "Token"})) ==
          Errc::missing_credentials);
}

TEST_CASE("white space around a header value is not part of it") {
    const std::string token = account_token();
    CHECK(require_bearer("Bearer " + token + " ", verifier));
    CHECK(require_bearer("\tBearer " + token + "\t ", verifier));
    CHECK(reason(require_bearer("Bearer " + token + " x", verifier)) == Errc::malformed_credentials);
    CHECK(reason(require_bearer(" \t", verifier)) == Errc::missing_credentials);
}

TEST_CASE("cookies take a realm too") {
    CHECK(require_bearer(acme::Request{}, verifier, {.cookie = "token"}, {.realm = "shop"}).error().challenge ==
          R"(Bearer realm="shop")");
}

TEST_CASE("value() of a rejection throws its reason") {
    CHECK_THROWS_AS(require_bearer("", verifier).value(), credence::Exception);
}
