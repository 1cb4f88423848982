// SPDX-License-Identifier: MIT
// How credence reads a cpp-httplib request and writes a response. Over sockets: tests/http/httplib.cpp.
#include <credence/stacks/httplib.hpp>

#include <concepts>
#include <set>
#include <string>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::Rejection;
using Traits = credence::HttpTraits<httplib::Request>;

TEST_CASE("cpp-httplib: a field is read, whatever the case of its name") {
    httplib::Request request;
    request.headers.emplace("authorization", "Bearer a-token-that-is-too-long-to-be-kept-in-place");
    const auto value = Traits::field(request, "Authorization");
    CHECK(value.view() == request.headers.begin()->second);
    CHECK(value.view().data() == request.headers.begin()->second.data());
    CHECK(Traits::field(request, "Cookie").view().empty());
}

TEST_CASE("cpp-httplib: two fields of a name are seen as two") {
    httplib::Request request;
    request.headers.emplace("Authorization", "Bearer a");
    request.headers.emplace("AUTHORIZATION", "Bearer a");
    CHECK(Traits::field(request, "authorization").is_repeated());
}

TEST_CASE("cpp-httplib: a rejection sets the status and its own fields, once, and keeps the body") {
    httplib::Response response;
    response.set_content("body", "text/plain");
    response.set_header("WWW-Authenticate", "old");
    Traits::reject(Rejection::from(Error{Errc::missing_credentials}), {}, response);
    Traits::reject(Rejection::from(Error{Errc::missing_credentials}), {}, response);
    CHECK(response.status == 401);
    CHECK(response.get_header_value_count("WWW-Authenticate") == 1);
    CHECK(response.get_header_value("WWW-Authenticate") == R"(Bearer realm="api")");
    CHECK(response.body == "body");
    Traits::reject(Rejection::from(Error{Errc::store_unavailable}), {}, response);
    CHECK(response.status == 503);
    CHECK_FALSE(response.has_header("WWW-Authenticate"));
    CHECK(response.get_header_value("Retry-After") == "5");
    Traits::reject(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), {}, response);
    CHECK(response.get_header_value("DPoP-Nonce") == "n1");
    CHECK_FALSE(response.has_header("Retry-After"));
}

TEST_CASE("cpp-httplib: each challenge is a separate field, and earlier ones are replaced") {
    httplib::Response response;
    const auto rejection =
        Rejection::from(Error{Errc::missing_credentials}, {.others = {R"(Basic realm="api")", "Negotiate"}});
    Traits::reject(rejection, {}, response);
    Traits::reject(rejection, {}, response);
    std::multiset<std::string> challenges;  // newer versions keep fields in no order
    const auto [first, last] = response.headers.equal_range("WWW-Authenticate");
    for (auto field = first; field != last; ++field) challenges.insert(field->second);
    CHECK(challenges == std::multiset<std::string>{R"(Bearer realm="api")", R"(Basic realm="api")", "Negotiate"});
}

TEST_CASE("cpp-httplib: method, target, address and certificate of a request") {
    httplib::Request request;
    request.method = "POST";
    request.path = "/a";
    request.target = "/a?b=%20c";
    request.remote_addr = "127.0.0.1";
    CHECK(Traits::method(request) == "POST");
    CHECK(Traits::url(request) == "/a?b=%20c");
    CHECK(Traits::peer_address(request) == "127.0.0.1");
    CHECK(credence::detail::client_certificate_of(request).empty());
}

TEST_CASE("cpp-httplib: a guard is a handler, with and without a ContentReader") {
    const auto guard = credence::protect(
        support::account_verifier(),
        [](const credence::Verified<support::AccountClaims>&, const httplib::Request&, httplib::Response&) {});
    const auto reading = credence::protect(
        support::account_verifier(), [](const credence::Verified<support::AccountClaims>&, const httplib::Request&,
                                        httplib::Response&, const httplib::ContentReader&) {});
    CHECK(std::convertible_to<std::remove_const_t<decltype(guard)>, httplib::Server::Handler>);
    CHECK(std::convertible_to<std::remove_const_t<decltype(reading)>, httplib::Server::HandlerWithContentReader>);
}
