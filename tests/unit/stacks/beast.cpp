// SPDX-License-Identifier: MIT
// How credence reads a Beast request and writes a response. Over sockets: tests/http/beast.cpp.
#include <credence/stacks/beast.hpp>

#include <string>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/string_body.hpp>

namespace http = boost::beast::http;

using credence::Errc;
using credence::Error;
using credence::protect;
using credence::Rejection;
using credence::require_bearer;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Traits = credence::HttpTraits<Request>;

Request with_authorization(const std::string& value) {
    Request request{http::verb::get, "/", 11};
    request.set(http::field::authorization, value);
    return request;
}

}  // namespace

TEST_CASE("Beast: a field is read, whatever the case of its name") {
    const Request request = with_authorization("Bearer abc");
    CHECK(Traits::field(request, "AUTHORIZATION").view() == "Bearer abc");
    CHECK(Traits::field(request, "AUTHORIZATION").view().data() == request[http::field::authorization].data());
    CHECK(Traits::field(request, "Cookie").view().empty());
}

TEST_CASE("Beast: two fields of a name are seen as two, and an empty one counts") {
    Request request = with_authorization("Bearer abc");
    request.insert("authorization", "");
    CHECK(Traits::field(request, "Authorization").is_repeated());
    CHECK(require_bearer(request, account_verifier()).error().status == 400);
}

TEST_CASE("Beast: a field with a user's own name is found, too") {
    Request request;
    request.set("X-Token", "abc");
    CHECK(Traits::field(request, "x-token").view() == "abc");
}

TEST_CASE("Beast: a request, its header alone, and one with another body") {
    const Request request = with_authorization("Bearer " + account_token());
    http::request<http::empty_body> empty{request.base()};
    CHECK(require_bearer(request, account_verifier()));
    CHECK(require_bearer(request.base(), account_verifier()));
    CHECK(require_bearer(empty, account_verifier()));
}

TEST_CASE("Beast: a rejection sets status, challenge and length, and keeps the body") {
    Response response;
    response.body() = "body";
    response.set(http::field::www_authenticate, "old");
    Traits::reject(Rejection::from(Error{Errc::missing_credentials}), Request{http::verb::get, "/", 10}, response);
    CHECK(response.result_int() == 401);
    CHECK(response.version() == 10);
    CHECK(response[http::field::www_authenticate] == R"(Bearer realm="api")");
    CHECK(response[http::field::content_length] == "4");
    CHECK(response.body() == "body");
    Traits::reject(Rejection::from(Error{Errc::store_unavailable}), Request{}, response);
    CHECK(response.result_int() == 503);
    CHECK(response.count(http::field::www_authenticate) == 0);
    CHECK(response[http::field::retry_after] == "5");
    CHECK(response.count("DPoP-Nonce") == 0);
    Traits::reject(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), Request{}, response);
    CHECK(response["DPoP-Nonce"] == "n1");
    CHECK(response.count(http::field::retry_after) == 0);
}

TEST_CASE("Beast: each challenge is a separate field, and earlier ones are replaced") {
    Response response;
    const auto rejection =
        Rejection::from(Error{Errc::missing_credentials}, {.others = {R"(Basic realm="api")", "Negotiate"}});
    Traits::reject(rejection, Request{}, response);
    Traits::reject(rejection, Request{}, response);
    std::vector<std::string> sent;
    for (const auto& field : response) {
        if (field.name() == http::field::www_authenticate) sent.emplace_back(field.value());
    }
    CHECK(sent == std::vector<std::string>{R"(Bearer realm="api")", R"(Basic realm="api")", "Negotiate"});
}

TEST_CASE("Beast: method and target are those of the request, also of an unknown method") {
    Request request{http::verb::post, "/a?b=%20c", 11};
    CHECK(Traits::method(request) == "POST");
    CHECK(Traits::url(request) == "/a?b=%20c");
    request.method_string("BREW");
    CHECK(Traits::method(request) == "BREW");
}

TEST_CASE("Beast: handlers that return a response, and handlers that fill one") {
    const auto returns = protect(account_verifier(), [](const Verified<AccountClaims>& who, const Request& request) {
        Response response{http::status::ok, request.version()};
        response.body() = who->sub;
        return response;
    });
    const auto fills = protect(account_verifier(), [](const Verified<AccountClaims>& who, const Request&,
                                                      Response& response) { response.body() = who->sub; });
    Response response;
    fills(with_authorization("Bearer " + account_token("7")), response);
    CHECK(response.body() == "7");
    fills(Request{}, response);
    CHECK(response.result_int() == 401);
    CHECK(returns(with_authorization("Bearer " + account_token("7"))).body() == "7");
    CHECK(returns(Request{}).result_int() == 401);
    CHECK(returns(Request{})[http::field::content_length] == "0");
}

TEST_CASE("Beast: the answer closes the connection if the request or the hook asks for it") {
    const auto guard =
        protect(account_verifier(), [](const Verified<AccountClaims>&, const Request&) { return Response{}; });
    Request request{http::verb::get, "/", 11};
    CHECK(guard(request).keep_alive());
    request.keep_alive(false);
    CHECK_FALSE(guard(request).keep_alive());
    const auto closing = guard.on_reject([](const Rejection&, const Request&) {
        Response response{http::status::ok, 11};
        response.keep_alive(false);
        return response;
    });
    CHECK_FALSE(closing(Request{http::verb::get, "/", 11}).keep_alive());
    CHECK(closing(Request{http::verb::get, "/", 11}).result_int() == 401);
}
