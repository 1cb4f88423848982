// SPDX-License-Identifier: MIT
// Requests of other origins: which are refused, by which field, and that protect checks every request with a cookie
// token.
#include <credence/http/bearer.hpp>
#include <credence/http/cross_origin.hpp>

#include <map>
#include <string>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using acme::Request;
using acme::Response;
using credence::check_origin;
using credence::CrossOrigin;
using credence::Errc;
using credence::Error;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

using Fields = std::multimap<std::string, std::string>;

bool passes(Fields fields, const CrossOrigin& rules = {}, const std::string& method = "POST") {
    return check_origin(Request{.headers = std::move(fields), .method = method}, rules).has_value();
}

int status(const auto& guard, Fields fields, const std::string& method) {
    Response response;
    guard(Request{.headers = std::move(fields), .method = method}, response);
    return response.status;
}

void greet(const Verified<AccountClaims>& who, const Request&, Response& response) { response.body = who->sub; }

}  // namespace

TEST_CASE("safe methods are allowed from every origin") {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
        INFO(method);
        CHECK(passes({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}}, {}, method));
    }
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "get", "PROPFIND", "", "GET "}) {
        INFO(method);
        CHECK_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}}, {}, method));
    }
}

TEST_CASE("attack row 48: Sec-Fetch-Site comes first") {
    CHECK(passes({{"Sec-Fetch-Site", "same-origin"}}));
    CHECK(passes({{"Sec-Fetch-Site", "none"}}));
    // Behind a proxy that names another host, too.
    CHECK(passes({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://api.example"}, {"Host", "backend:8080"}}));
    for (const char* site : {"same-site", "cross-site", "Same-Origin", "same-origin, same-origin", "x"}) {
        INFO(site);
        CHECK_FALSE(passes({{"Sec-Fetch-Site", site}}));
        CHECK_FALSE(passes({{"Sec-Fetch-Site", site}, {"Origin", "https://api.example"}, {"Host", "api.example"}}));
    }
}

TEST_CASE("attack row 48: without Sec-Fetch-Site, Origin must be the server's own host and port") {
    const auto from = [](const std::string& origin, const std::string& host) {
        return passes({{"Origin", origin}, {"Host", host}});
    };
    CHECK(from("https://api.example", "api.example"));
    CHECK(from("http://localhost:8080", "localhost:8080"));
    CHECK(from("https://API.example", "api.example"));
    for (const char* origin :
         {"https://evil.example", "https://api.example:444", "https://api.example.evil.example", "null", "api.example",
          "ftp://api.example", "https://api.example/", "https://", "file://"}) {
        INFO(origin);
        CHECK_FALSE(from(origin, "api.example"));
    }
    CHECK_FALSE(from("https://", ""));
    CHECK_FALSE(passes({{"Origin", "https://api.example"}}));
    CHECK_FALSE(passes({{"Host", "api.example"}}));
    CHECK_FALSE(passes({}));
}

TEST_CASE("the scheme of the origin must be the server's, if that is given") {
    const Fields https{{"Origin", "https://api.example"}, {"Host", "api.example"}};
    const Fields http{{"Origin", "http://api.example"}, {"Host", "api.example"}};
    CHECK(passes(https, {.own_scheme = "https"}));
    CHECK_FALSE(passes(http, {.own_scheme = "https"}));
    CHECK(passes(http, {.own_scheme = "http"}));
    CHECK_FALSE(passes(https, {.own_scheme = "http"}));
    for (const char* scheme : {"ftp", "HTTPS", "https:", "h"}) {
        INFO(scheme);
        CHECK_FALSE(passes(https, {.own_scheme = scheme}));
        CHECK_FALSE(passes(http, {.own_scheme = scheme}));
    }
    CHECK_FALSE(passes({{"Origin", "http://x.example"}, {"Host", "api.example"}}, {.own_scheme = "http"}));
    // The browser's own field counts first, and a trusted origin includes its scheme.
    CHECK(passes({{"Sec-Fetch-Site", "same-origin"}}, {.own_scheme = "https"}));
    CHECK(passes({{"Origin", "http://localhost:3000"}, {"Host", "api.example"}},
                 {.trusted = {"http://localhost:3000"}, .own_scheme = "https"}));
}

TEST_CASE("a GET that changes something is checked as any other request") {
    const CrossOrigin rules{.check_safe_methods = true};
    for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE", "POST"}) {
        INFO(method);
        CHECK(passes({{"Sec-Fetch-Site", "same-origin"}}, rules, method));
        CHECK(passes({{"Sec-Fetch-Site", "none"}}, rules, method));
        CHECK_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}}, rules, method));
        CHECK_FALSE(passes({{"Sec-Fetch-Site", "same-site"}}, rules, method));
        CHECK_FALSE(passes({{"Origin", "https://evil.example"}, {"Host", "api.example"}}, rules, method));
        CHECK_FALSE(passes({}, rules, method));
        CHECK(passes({}, {.allow_missing_origin = true, .check_safe_methods = true}, method));
        CHECK(passes({}, {.allow_any = true, .check_safe_methods = true}, method));
    }
}

TEST_CASE("a field that occurs twice is refused") {
    CHECK_FALSE(passes({{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "same-origin"}}));
    CHECK_FALSE(passes({{"Sec-Fetch-Site", "none"}, {"Origin", "https://a"}, {"Origin", "https://a"}}));
    CHECK_FALSE(passes({{"Origin", "https://a"}, {"Host", "a"}, {"Host", "b"}}));
}

TEST_CASE("a trusted origin is allowed, and similar ones are not") {
    const CrossOrigin rules{.trusted = {"https://app.example", ""}};
    CHECK(passes({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example"}}, rules));
    CHECK(passes({{"Origin", "https://app.example"}, {"Host", "api.example"}}, rules));
    for (const char* origin : {"http://app.example", "https://app.example:444", "https://x.app.example", "null", ""}) {
        INFO(origin);
        CHECK_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}, {"Origin", origin}}, rules));
    }
    CHECK(passes({{"Sec-Fetch-Site", "cross-site"}}, {.allow_any = true}));
    CHECK(passes({}, {.allow_any = true}));
}

TEST_CASE("an opt-out allows requests without an origin, and loosens no other rule") {
    const CrossOrigin rules{.allow_missing_origin = true};
    CHECK(passes({}, rules));
    CHECK(passes({{"Host", "api.example"}}, rules));
    CHECK(passes({{"Sec-Fetch-Site", "same-origin"}}, rules));
    CHECK(passes({{"Origin", "https://api.example"}, {"Host", "api.example"}}, rules));
    for (const char* site : {"same-site", "cross-site", "Same-Origin", "x"}) {
        INFO(site);
        CHECK_FALSE(passes({{"Sec-Fetch-Site", site}}, rules));
    }
    for (const char* origin : {"https://evil.example", "null", "api.example", "https://"}) {
        INFO(origin);
        CHECK_FALSE(passes({{"Origin", origin}, {"Host", "api.example"}}, rules));
    }
    CHECK_FALSE(passes({{"Origin", "https://api.example"}}, rules));
    CHECK_FALSE(passes({{"Sec-Fetch-Site", ""}, {"Sec-Fetch-Site", ""}}, rules));
    CHECK_FALSE(passes({{"Origin", ""}, {"Origin", "https://a"}, {"Host", "a"}}, rules));
    CHECK_FALSE(passes({{"Host", "a"}, {"Host", "b"}}, rules));
}

TEST_CASE("a refused origin is answered with 403 and a reason for the log") {
    const auto refused = check_origin(Request{.headers = {{"Sec-Fetch-Site", "cross-site"}}, .method = "POST"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 403);
    CHECK(refused.error().challenge.empty());
    CHECK(refused.error().reason == Error{Errc::check_failed, "origin"});
    CHECK_FALSE(refused.error().reason.reason.empty());
    CHECK(
        refused.error().problem_json() ==
        R"({"type":"about:blank","title":"Forbidden","status":403,"detail":"The request comes from a page of another origin"})");
}

TEST_CASE("attack row 48: protect checks the origin of each token from a cookie, before it is verified") {
    const std::string token = account_token();
    const Fields cookie{{"Cookie", "t=" + token}, {"Sec-Fetch-Site", "cross-site"}};
    const auto guard = credence::protect(account_verifier(), greet, {.cookie = "t"});
    CHECK(status(guard, cookie, "POST") == 403);
    CHECK(status(guard, {{"Cookie", "t=" + token}}, "DELETE") == 403);
    CHECK(status(guard, {{"Cookie", "t=bad"}, {"Sec-Fetch-Site", "cross-site"}}, "POST") == 403);
    CHECK(status(guard, {{"Cookie", "t=" + token}, {"Sec-Fetch-Site", "same-origin"}}, "POST") == 200);
    CHECK(status(guard, cookie, "GET") == 200);
    CHECK(status(guard, cookie, "") == 403);  // the stack does not give the method

    // A browser sends no other field by itself.
    const Fields field{{"Authorization", "Bearer " + token}, {"Sec-Fetch-Site", "cross-site"}};
    CHECK(status(guard, field, "POST") == 200);
    Fields both = field;
    both.insert({"Cookie", "t=" + token});
    CHECK(status(guard, both, "POST") == 200);
    both.erase("Cookie");
    both.insert({"Cookie", "t=" + account_token("other")});
    CHECK(status(guard, both, "POST") == 400);
    CHECK(status(guard, {{"Sec-Fetch-Site", "cross-site"}}, "POST") == 401);
    const auto link =
        credence::protect(account_verifier(), greet, {.cookie = "t", .cross_origin = {.check_safe_methods = true}});
    CHECK(status(link, cookie, "GET") == 403);
    CHECK(status(link, {{"Cookie", "t=" + token}, {"Sec-Fetch-Site", "none"}}, "GET") == 200);
    CHECK(status(link, field, "GET") == 200);
}

TEST_CASE("protect takes trusted origins, and the opt-out, with the location of the token") {
    const std::string token = account_token();
    const Fields fields{{"Cookie", "t=" + token}, {"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://app.example"}};
    const auto trusting = credence::protect(account_verifier(), greet,
                                            {.cookie = "t", .cross_origin = {.trusted = {"https://app.example"}}});
    CHECK(status(trusting, fields, "POST") == 200);
    const auto open =
        credence::protect(account_verifier(), greet, {.cookie = "t", .cross_origin = {.allow_any = true}});
    CHECK(status(open, {{"Cookie", "t=" + token}}, "POST") == 200);
    const auto for_programs =
        credence::protect(account_verifier(), greet, {.cookie = "t", .cross_origin = {.allow_missing_origin = true}});
    CHECK(status(for_programs, {{"Cookie", "t=" + token}}, "POST") == 200);
    CHECK(status(for_programs, fields, "POST") == 403);
    const auto other = credence::protect(account_verifier(), greet,
                                         {.cookie = "t", .cross_origin = {.trusted = {"https://else.example"}}});
    CHECK(status(other, fields, "POST") == 403);
}

TEST_CASE("the hook is also called for a refused origin") {
    Errc seen{};
    const auto guard = credence::protect(account_verifier(), greet, {.cookie = "t"})
                           .on_reject([&seen](const credence::Rejection& why, const Request&, Response& response) {
                               seen = why.reason.code;
                               response.body = "no";
                           });
    CHECK(status(guard, {{"Cookie", "t=" + account_token()}}, "POST") == 403);
    CHECK(seen == Errc::check_failed);
}
