// SPDX-License-Identifier: MIT
// How credence reads a Pistache request. Its answers are tested over a socket, in tests/http.
#include <credence/stacks/pistache.hpp>

#include <string>

#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <pistache/http_headers.h>

using Pistache::Http::Request;
using Traits = credence::HttpTraits<Request>;

namespace {

Request with_authorization(const std::string& value) {
    Request request;
    request.headers().add<Pistache::Http::Header::Authorization>(value);
    return request;
}

Request with_cookies(const std::string& field) {
    Request request;
    request.cookies().addFromRaw(field.data(), field.size());
    return request;
}

}  // namespace

TEST_CASE("Pistache: a field is read whatever the case of its name") {
    const Request request = with_authorization("Bearer abc");
    CHECK(Traits::field(request, "Authorization").view() == "Bearer abc");
    CHECK(Traits::field(request, "authorization").view() == "Bearer abc");
    CHECK(Traits::field(request, "X-Token").view().empty());
    CHECK(Traits::field(Request{}, "Authorization").view().empty());
    CHECK(Traits::field(Request{}, "Cookie").view().empty());
}

TEST_CASE("Pistache: a field with a user's own name is found, too") {
    Request request;
    request.headers().addRaw(Pistache::Http::Header::Raw{"X-Token", "abc"});
    CHECK(Traits::field(request, "x-token").view() == "abc");
}

TEST_CASE("Pistache: a request with a token becomes a proof") {
    const auto who =
        require_bearer(with_authorization("Bearer " + support::account_token("7")), support::account_verifier());
    REQUIRE(who);
    CHECK(who->sub == "7");
    CHECK(require_bearer(Request{}, support::account_verifier()).error().status == 401);
    CHECK(require_bearer(with_authorization("Bearer a b"), support::account_verifier()).error().status == 400);
}

TEST_CASE("Pistache: a token in a cookie, and two cookies of one name") {
    const std::string good = "token=" + support::account_token("7");
    const credence::TokenLocation location{.cookie = "token"};
    const auto who = require_bearer(with_cookies("theme=dark; " + good), support::account_verifier(), location);
    REQUIRE(who);
    CHECK(who->sub == "7");
    const auto two = require_bearer(with_cookies(good + "; token=abc"), support::account_verifier(), location);
    CHECK(two.error().status == 400);
}

TEST_CASE("Pistache: the method and the path of a request") {
    const Request request{};
    CHECK_FALSE(Traits::method(request).empty());
    CHECK(Traits::url(request).empty());
}
