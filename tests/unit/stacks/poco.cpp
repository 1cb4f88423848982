// SPDX-License-Identifier: MIT
// How credence reads a POCO request and writes a response. Over sockets: tests/http/poco.cpp.
#include <credence/stacks/poco.hpp>

#include <string>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

using credence::Errc;
using credence::Error;
using credence::Rejection;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using Traits = credence::HttpTraits<HTTPRequest>;
using ServerTraits = credence::HttpTraits<Poco::Net::HTTPServerRequest>;

TEST_CASE("POCO: a field is read, whatever the case of its name") {
    HTTPRequest request;
    request.set("authorization", "Bearer abc");
    CHECK(Traits::field(request, "AUTHORIZATION").view() == "Bearer abc");
    CHECK(Traits::field(request, "AUTHORIZATION").view().data() == request.find("Authorization")->second.data());
    CHECK(Traits::field(request, "Cookie").view().empty());
    CHECK_FALSE(Traits::field(request, "Cookie").is_repeated());
}

TEST_CASE("POCO: two fields of a name are seen as two, and an empty one counts") {
    HTTPRequest request;
    request.add("Authorization", "Bearer abc");
    request.add("X", "y");
    request.add("AUTHORIZATION", "");
    CHECK(Traits::field(request, "Authorization").is_repeated());
    CHECK(require_bearer(request, support::account_verifier()).error().status == 400);
}

TEST_CASE("POCO: a request with a token becomes a proof") {
    HTTPRequest request{HTTPRequest::HTTP_POST, "/a?b=%20c"};
    CHECK(Traits::method(request) == "POST");
    CHECK(Traits::url(request) == "/a?b=%20c");
    CHECK(require_bearer(request, support::account_verifier()).error().status == 401);
    request.set("Authorization", "Bearer " + support::account_token("7"));
    CHECK(require_bearer(request, support::account_verifier()).value()->sub == "7");
}

TEST_CASE("POCO: a rejection sets the status and its own fields, once, each challenge in a field of its own") {
    HTTPResponse response;
    response.set("WWW-Authenticate", "old");
    response.set("X", "y");
    const auto rejection =
        Rejection::from(Error{Errc::missing_credentials}, {.others = {R"(Basic realm="api")", "Negotiate"}});
    ServerTraits::put_fields(rejection, response);
    ServerTraits::put_fields(rejection, response);
    CHECK(response.getStatus() == HTTPResponse::HTTP_UNAUTHORIZED);
    CHECK(response.getReason() == "Unauthorized");
    std::vector<std::string> challenges;
    for (const auto& [name, value] : response) {
        if (name == "WWW-Authenticate") challenges.push_back(value);
    }
    CHECK(challenges == std::vector<std::string>{R"(Bearer realm="api")", R"(Basic realm="api")", "Negotiate"});
    CHECK(response.get("X") == "y");
    ServerTraits::put_fields(Rejection::from(Error{Errc::store_unavailable}), response);
    CHECK(response.getStatus() == HTTPResponse::HTTP_SERVICE_UNAVAILABLE);
    CHECK_FALSE(response.has("WWW-Authenticate"));
    CHECK(response.get("Retry-After") == "5");
    ServerTraits::put_fields(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), response);
    CHECK(response.get("DPoP-Nonce") == "n1");
}
