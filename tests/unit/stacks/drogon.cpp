// SPDX-License-Identifier: MIT
// Guards on Drogon, against the declarations in tests/declarations. Over sockets, if installed: tests/http/drogon.cpp.
#include <credence/stacks/drogon.hpp>

#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/key_files.hpp"

using credence::DrogonCallback;
using credence::Errc;
using credence::Error;
using credence::protect;
using credence::Rejection;
using credence::Verified;
using drogon::HttpRequestPtr;
using drogon::HttpResponse;
using drogon::HttpResponsePtr;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using Traits = credence::HttpTraits<HttpRequestPtr>;

namespace {

HttpRequestPtr with_lines(const std::vector<std::string>& lines) {
    auto request = std::make_shared<drogon::HttpRequest>();
    for (const std::string& line : lines) request->addLine(line);
    return request;
}

HttpResponsePtr text_response(std::string text) {
    auto response = HttpResponse::newHttpResponse();
    response->setBody(std::move(text));
    return response;
}

void greet(const Verified<AccountClaims>& who, const HttpRequestPtr&, DrogonCallback&& answer) {
    std::move(answer)(text_response("hello " + who->sub));
}

template <class Guard>
HttpResponsePtr ask(const Guard& guard, const HttpRequestPtr& request) {
    HttpResponsePtr given;
    guard(request, [&given](const HttpResponsePtr& response) {
        CHECK(given == nullptr);  // one answer each
        given = response;
    });
    return given;
}

struct Bearer : credence::DrogonFilter<Bearer, std::remove_cvref_t<decltype(account_verifier())>> {
    using DrogonFilter::DrogonFilter;
};

}  // namespace

TEST_CASE("Drogon: a cookie is found, although Drogon removes the Cookie field from its map") {
    const auto request = with_lines({"Host: x", "Cookie: a=1; token=" + account_token("7")});
    CHECK(request->getHeader("cookie").empty());
    CHECK(Traits::field(request, "Cookie").view() == "a=1; token=" + std::string{request->cookies().at("token")});
    CHECK(require_bearer(request, account_verifier(), {.cookie = "token"}).value()->sub == "7");
    CHECK(require_bearer(request, account_verifier(), {.cookie = "other"}).error().status == 401);
    CHECK(Traits::field(with_lines({}), "Cookie").view().empty());
}

TEST_CASE("Drogon: the first Authorization field counts, and the last cookie of a name") {
    const std::string good = "Authorization: Bearer " + account_token("7");
    CHECK(require_bearer(with_lines({good, "AUTHORIZATION: Basic abc"}), account_verifier()).value()->sub == "7");
    CHECK(require_bearer(with_lines({"authorization: Basic abc", good}), account_verifier()).error().status == 401);
    CHECK(Traits::field(with_lines({"Cookie: a=1; a=2"}), "cookie").view() == "a=2");
}

TEST_CASE("Drogon: method, URL, address and certificate of a request") {
    const auto request = with_lines({});
    request->path = "/a%20b";
    CHECK(Traits::url(request) == "/a%20b");
    request->queryText = "c=d";
    CHECK(Traits::url(request) == "/a%20b?c=d");
    CHECK(Traits::method(request) == "POST");
    request->isHeadRequest = true;
    CHECK(Traits::method(request) == "HEAD");
    CHECK(Traits::peer_address(request) == "127.0.0.1");
    CHECK(Traits::client_certificate(request).empty());
    request->certificate = std::make_shared<trantor::Certificate>();
    request->certificate->pem = support::key_files::rsa_certificate;
    CHECK(Traits::client_certificate(request) ==
          credence::detail::der_certificate(support::key_files::rsa_certificate));
}

TEST_CASE("Drogon: a handler with a callback, and its refusal") {
    const auto guarded = protect(account_verifier(), greet, {.others = {"Basic", "Negotiate"}});
    CHECK(ask(guarded, with_lines({"Authorization: Bearer " + account_token("7")}))->body == "hello 7");
    const auto refused = ask(guarded, with_lines({}));
    CHECK(refused->status == 401);
    CHECK(refused->fields.at("www-authenticate") == R"(Bearer realm="api", Basic, Negotiate)");
}

TEST_CASE("Drogon: with a hook, only the hook answers") {
    const auto guarded = protect(account_verifier(), greet)
                             .on_reject([](const Rejection& rejection, const HttpRequestPtr&, DrogonCallback& answer) {
                                 auto response = text_response(rejection.problem_json());
                                 Traits::put_fields(rejection, *response);
                                 answer(response);
                             });
    const auto refused = ask(guarded, with_lines({}));
    CHECK(refused->status == 401);
    CHECK_THAT(refused->body, support::contains_text(R"("status":401)"));
}

TEST_CASE("Drogon: a coroutine takes its proof by value, and is not started for a refused request") {
    const auto guarded =
        protect(account_verifier(), [](Verified<AccountClaims> who, HttpRequestPtr) -> drogon::Task<HttpResponsePtr> {
            co_return text_response("hello " + who->sub);
        });
    CHECK(guarded(with_lines({"Authorization: Bearer " + account_token("7")})).run()->body == "hello 7");
    CHECK(guarded(with_lines({})).run()->status == 401);
}

TEST_CASE("Drogon: no response of a guarded handler is kept for later requests") {
    const auto kept = [] {
        auto response = text_response("hello");
        response->setExpiredTime(0);
        return response;
    };
    const auto good = with_lines({"Authorization: Bearer " + account_token("7")});
    const auto by_callback = protect(account_verifier(), [&](const Verified<AccountClaims>&, const HttpRequestPtr&,
                                                             DrogonCallback&& answer) { answer(kept()); });
    CHECK(ask(by_callback, good)->expiredTime() < 0);
    const auto by_constant_callback = protect(
        account_verifier(),
        [&](const Verified<AccountClaims>&, const HttpRequestPtr&, const DrogonCallback& answer) { answer(kept()); });
    CHECK(ask(by_constant_callback, good)->expiredTime() < 0);
    const auto by_coroutine =
        protect(account_verifier(),
                [&](Verified<AccountClaims>, HttpRequestPtr) -> drogon::Task<HttpResponsePtr> { co_return kept(); });
    CHECK(by_coroutine(good).run()->expiredTime() < 0);
    const auto without_response = protect(account_verifier(), [](const Verified<AccountClaims>&, const HttpRequestPtr&,
                                                                 DrogonCallback&& answer) { answer(nullptr); });
    CHECK(ask(without_response, good) == nullptr);
}

TEST_CASE("Drogon: no answer of a hook is kept for later requests either") {
    const auto kept = [] {
        auto response = text_response("no");
        response->setExpiredTime(0);
        return response;
    };
    const auto by_callback =
        protect(account_verifier(), greet)
            .on_reject([&](const Rejection&, const HttpRequestPtr&, DrogonCallback& answer) { answer(kept()); });
    CHECK(ask(by_callback, with_lines({}))->expiredTime() < 0);
    const auto by_constant_callback =
        protect(account_verifier(), [](const Verified<AccountClaims>&, const HttpRequestPtr&, const DrogonCallback&) {
        }).on_reject([&](const Rejection&, const HttpRequestPtr&, const auto& answer) { answer(kept()); });
    CHECK(ask(by_constant_callback, with_lines({}))->expiredTime() < 0);
    const auto by_coroutine =
        protect(account_verifier(), [](Verified<AccountClaims>, HttpRequestPtr) -> drogon::Task<HttpResponsePtr> {
            co_return nullptr;
        }).on_reject([&](const Rejection&, const HttpRequestPtr&) { return kept(); });
    CHECK(by_coroutine(with_lines({})).run()->expiredTime() < 0);
}

TEST_CASE("Drogon: the fields of a rejection replace earlier ones") {
    const auto response = HttpResponse::newHttpResponse();
    response->addHeader("www-authenticate", "old");
    Traits::put_fields(Rejection::from(Error{Errc::store_unavailable}), *response);
    CHECK(response->status == 503);
    CHECK(response->fields == std::map<std::string, std::string>{{"retry-after", "5"}});
    Traits::put_fields(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), *response);
    CHECK(response->fields.at("dpop-nonce") == "n1");
}

TEST_CASE("Drogon: a filter passes the proof on, or answers") {
    Bearer filter{account_verifier()};
    int passed = 0;
    HttpResponsePtr refused;
    const auto send = [&](const HttpRequestPtr& request) {
        filter.doFilter(request, [&](const HttpResponsePtr& response) { refused = response; }, [&] { ++passed; });
    };
    const auto good = with_lines({"Authorization: Bearer " + account_token("7")});
    CHECK(credence::drogon_proof<AccountClaims>(good) == nullptr);
    send(good);
    CHECK(passed == 1);
    CHECK((*credence::drogon_proof<AccountClaims>(good))->sub == "7");
    CHECK(credence::drogon_proof<credence::RegisteredClaims>(good) == nullptr);
    send(with_lines({}));
    CHECK(passed == 1);
    CHECK(refused->status == 401);
}
