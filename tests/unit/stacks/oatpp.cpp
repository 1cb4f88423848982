// SPDX-License-Identifier: MIT
// Guards on oatpp, against the declarations in tests/declarations. Over sockets, if installed: tests/http/oatpp.cpp.
#include <credence/stacks/oatpp.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::OatppRequest;
using credence::OatppResponse;
using credence::protect;
using credence::Rejection;
using credence::Verified;
using oatpp::web::protocol::http::HttpError;
using oatpp::web::protocol::http::incoming::Request;
using oatpp::web::protocol::http::outgoing::ResponseFactory;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using Fields = std::vector<std::pair<std::string, std::string>>;
using Traits = credence::HttpTraits<OatppRequest>;

namespace {

OatppRequest with_fields(const Fields& fields) {
    auto request = std::make_shared<Request>();
    for (const auto& [name, value] : fields) request->putHeader(name, value);
    return request;
}

OatppResponse greet(const Verified<AccountClaims>& who, const OatppRequest&) {
    return ResponseFactory::createResponse({200, "OK"}, "hello " + who->sub);
}

}  // namespace

TEST_CASE("oatpp: a field is read whatever the case of its name, and two are seen as two") {
    const auto request = with_fields({{"authorization", "Bearer abc"}, {"X", "y"}});
    CHECK(Traits::field(request, "AUTHORIZATION").view() == "Bearer abc");
    CHECK(Traits::field(request, "Cookie").view().empty());
    request->putHeader("AUTHORIZATION", "");
    CHECK(Traits::field(request, "Authorization").is_repeated());
    CHECK(require_bearer(request, account_verifier()).error().status == 400);
    CHECK(Traits::method(request) == "GET");
    CHECK(Traits::url(request) == "/me?a=b");
}

TEST_CASE("oatpp: a guard is a handler of its router") {
    const auto handler =
        credence::oatpp_handler(protect(account_verifier(), greet, {.others = {"Basic", "Negotiate"}}));
    const auto greeted = handler->handle(with_fields({{"Authorization", "Bearer " + account_token("7")}}));
    CHECK(greeted->status.code == 200);
    CHECK(greeted->body == "hello 7");
    const auto refused = handler->handle(with_fields({}));
    CHECK(refused->status.code == 401);
    CHECK(refused->headers.all == Fields{{"WWW-Authenticate", R"(Bearer realm="api")"},
                                         {"WWW-Authenticate", "Basic"},
                                         {"WWW-Authenticate", "Negotiate"}});
}

TEST_CASE("oatpp: the body of a refused request is read, or the connection is closed") {
    // The unread rest of a body of 5000 bytes; -1 if an error was thrown, after which oatpp closes the connection.
    const auto left_by = [](const auto& guarded, const Fields& fields) {
        const auto request = with_fields(fields);
        request->body->left = 5000;
        try {
            const auto refused = guarded(request);
            CHECK(refused->status.code == 401);
        } catch (const HttpError& error) {
            CHECK(error.status.code == 413);
            return -1L;
        }
        return request->body->left;
    };
    const auto plain = protect(account_verifier(), greet);
    const auto hooked = plain.on_reject([](const Rejection& rejection, const OatppRequest&) {
        return ResponseFactory::createResponse(Traits::status(rejection), "no");
    });
    CHECK(left_by(plain, {}) == 5000);
    CHECK(left_by(plain, {{"Content-Length", "0"}}) == 5000);
    CHECK(left_by(plain, {{"content-length", "5000"}}) == 0);
    CHECK(left_by(hooked, {{"Content-Length", "5000"}}) == 0);
    CHECK(left_by(plain, {{"Content-Length", "5001"}}) == -1);
    CHECK(left_by(plain, {{"Content-Length", "1048577"}}) == -1);
    CHECK(left_by(plain, {{"Content-Length", "5x"}}) == -1);
    CHECK(left_by(plain, {{"Content-Length", ""}}) == -1);
    CHECK(left_by(plain, {{"Content-Length", "0"}, {"content-length", "5"}}) == -1);
    CHECK(left_by(hooked, {{"Transfer-Encoding", "chunked"}}) == -1);
    CHECK(left_by(plain, {{"Transfer-Encoding", "chunked"}, {"Content-Length", "5"}}) == -1);
}

TEST_CASE("oatpp: with a hook, only the hook answers") {
    const auto guarded =
        protect(account_verifier(), greet).on_reject([](const Rejection& rejection, const OatppRequest&) {
            auto response = ResponseFactory::createResponse(Traits::status(rejection), rejection.problem_json());
            Traits::put_fields(rejection, *response);
            return response;
        });
    const auto refused = guarded(with_fields({}));
    CHECK(refused->status.code == 401);
    CHECK_THAT(refused->body, support::contains_text(R"("status":401)"));
    CHECK(refused->headers.values("www-authenticate").size() == 1);
}

TEST_CASE("oatpp: each kind of rejection has its status and its fields") {
    const auto code = [](Errc why) { return Traits::status(Rejection::from(Error{why})).code; };
    CHECK(code(Errc::missing_credentials) == 401);
    CHECK(code(Errc::malformed_credentials) == 400);
    CHECK(code(Errc::insufficient_scope) == 403);
    CHECK(code(Errc::store_unavailable) == 503);
    const auto later = Traits::reject(Rejection::from(Error{Errc::store_unavailable}), with_fields({}));
    CHECK(later->headers.all == Fields{{"Retry-After", "5"}});
    const auto nonce = Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1");
    CHECK(*Traits::reject(nonce, with_fields({}))->headers.values("DPoP-Nonce").front() == "n1");
}

TEST_CASE("oatpp: an endpoint that checks by itself refuses in one call") {
    const auto request = with_fields({{"Content-Length", "5"}});
    request->body->left = 5;
    const auto who = require_bearer(request, account_verifier());
    CHECK(credence::oatpp_refusal(request, who.error())->status.code == 401);
    CHECK(request->body->left == 0);
}

TEST_CASE("oatpp: the authorization handler of a controller gives the proof, or throws the whole answer") {
    credence::OatppBearer bearer{account_verifier(), {.realm = "shop", .others = {"Basic", "Negotiate"}}};
    const auto given = bearer.handleAuthorization("Bearer " + account_token("7"));
    CHECK(std::static_pointer_cast<credence::OatppProof<AccountClaims>>(given)->who->sub == "7");
    const auto refused = [&bearer](const oatpp::String& field) {
        try {
            bearer.handleAuthorization(field);
        } catch (const HttpError& error) {
            return std::pair{error.status.code, *error.headers.values("WWW-Authenticate").front()};
        }
        return std::pair{200, std::string{}};
    };
    CHECK(refused({}) == std::pair{401, std::string{R"(Bearer realm="shop", Basic, Negotiate)"}});
    CHECK(refused("Bearer").first == 400);
    CHECK(refused("Bearer " + support::expired_token()).first == 401);
}
