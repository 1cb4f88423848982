// SPDX-License-Identifier: MIT
// Verifiers that read more of a request than its token, under require_bearer and protect.
#include <credence/http/bearer.hpp>
#include <credence/http/request_verifier.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/acme_http.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::FieldReader;
using credence::HeaderValue;
using credence::protect;
using credence::RequestContext;
using credence::require_bearer;
using credence::Result;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;

namespace {

/// A stack that gives every member of a context, some of them by value.
struct FullRequest : acme::Request {
    std::string verb = "PUT";
    std::string target = "/orders?id=1";
};

/// Accepts a token only for one method and target, with a certificate and a field.
struct BoundVerifier {
    using claims_type = AccountClaims;

    Result<Verified<AccountClaims>> verify(std::string_view text, const RequestContext& context) const {
        if (context.method != "PUT" || context.url != "/orders?id=1") return Error{Errc::invalid_proof, "htu"};
        if (context.client_certificate != std::string_view{"DER\0", 4}) return Error{Errc::invalid_proof, "cert"};
        if (context.peer_address != "127.0.0.1") return Error{Errc::invalid_proof, "peer"};
        if (context.field("X-Proof").view() != "proof") return Error{Errc::invalid_proof, "field"};
        return account_verifier().verify(text);
    }
};

/// Its error says which of its two functions was called.
struct EitherVerifier {
    using claims_type = AccountClaims;

    Result<Verified<AccountClaims>> verify(std::string_view) const { return Error{Errc::check_failed, "text"}; }
    Result<Verified<AccountClaims>> verify(std::string_view, const RequestContext& context) const {
        return Error{Errc::check_failed, "method:" + std::string{context.method}};
    }
};

FullRequest good_request() {
    return {{.headers = {{"Authorization", "Bearer " + account_token("7")}, {"X-Proof", "proof"}}}};
}

std::string claim_of(const auto& refused) {
    REQUIRE_FALSE(refused);
    return refused.error().reason.claim;
}

}  // namespace

template <>
struct credence::HttpTraits<FullRequest> : credence::HttpTraits<acme::Request> {
    static std::string method(const FullRequest& request) { return request.verb; }
    static std::string_view url(const FullRequest& request) { return request.target; }
    static std::string client_certificate(const FullRequest&) { return {"DER\0", 4}; }
    static const char* peer_address(const FullRequest&) { return "127.0.0.1"; }
};

TEST_CASE("the concepts distinguish the kinds of verifiers") {
    STATIC_REQUIRE(credence::RequestVerifier<BoundVerifier>);
    STATIC_REQUIRE_FALSE(credence::TokenVerifier<BoundVerifier>);
    STATIC_REQUIRE_FALSE(credence::RequestVerifier<std::remove_cvref_t<decltype(account_verifier())>>);
    STATIC_REQUIRE(credence::RequestVerifier<EitherVerifier>);
    STATIC_REQUIRE(credence::TokenVerifier<EitherVerifier>);
    STATIC_REQUIRE_FALSE(credence::AnyVerifier<int>);
}

TEST_CASE("a verifier sees method, url, fields, certificate and address of the request") {
    const auto who = require_bearer(good_request(), BoundVerifier{});
    REQUIRE(who);
    CHECK(who->sub == "7");
    FullRequest other = good_request();
    other.verb = "GET";
    CHECK(claim_of(require_bearer(other, BoundVerifier{})) == "htu");
    other = good_request();
    other.target = "/orders";
    CHECK(claim_of(require_bearer(other, BoundVerifier{})) == "htu");
    other = good_request();
    other.headers.erase("X-Proof");
    CHECK(claim_of(require_bearer(other, BoundVerifier{})) == "field");
    CHECK(require_bearer(other, BoundVerifier{}).error().status == 401);
}

TEST_CASE("a stack without the optional members gives empty texts, but its fields") {
    const acme::Request request{.headers = {{"Authorization", "Bearer x"}}};
    CHECK(claim_of(require_bearer(request, BoundVerifier{})) == "htu");
    CHECK(claim_of(require_bearer(request, EitherVerifier{})) == "method:");
}

TEST_CASE("a verifier of both kinds gets the context with a request, and the text alone with a field value") {
    CHECK(claim_of(require_bearer(good_request(), EitherVerifier{})) == "method:PUT");
    CHECK(claim_of(require_bearer("Bearer x", EitherVerifier{})) == "text");
}

TEST_CASE("protect and optional_bearer pass the context, too, and verify only if there are credentials") {
    const auto guard = protect(BoundVerifier{}, [](const Verified<AccountClaims>& who, const FullRequest&,
                                                   acme::Response& response) { response.body = who->sub; });
    acme::Response response;
    guard(good_request(), response);
    CHECK(response.body == "7");
    response = {};
    FullRequest other = good_request();
    other.verb = "GET";
    guard(other, response);
    CHECK(response.status == 401);
    CHECK(credence::optional_bearer(good_request(), BoundVerifier{}).value().has_value());
    CHECK_FALSE(credence::optional_bearer(FullRequest{}, BoundVerifier{}).value().has_value());
    CHECK(require_bearer(FullRequest{}, BoundVerifier{}).error().reason.code == Errc::missing_credentials);
}

TEST_CASE("a context that a user makes") {
    CHECK(RequestContext{}.field("Any").view().empty());
    const std::map<std::string, std::string, std::less<>> fields{{"X-Proof", "proof"}};
    const auto read = [&fields](std::string_view name) -> HeaderValue {
        const auto found = fields.find(name);
        return found == fields.end() ? HeaderValue{} : HeaderValue{found->second};
    };
    const RequestContext context{.method = "PUT",
                                 .url = "/orders?id=1",
                                 .field = read,
                                 .client_certificate = {"DER\0", 4},
                                 .peer_address = "127.0.0.1"};
    CHECK(BoundVerifier{}.verify(account_token(), context));
    CHECK(context.field("Other").view().empty());
    const acme::Request twice{.headers = {{"A", "1"}, {"A", "2"}}};
    CHECK(FieldReader{twice}("A").is_repeated());
}
