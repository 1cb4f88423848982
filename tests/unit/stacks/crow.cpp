// SPDX-License-Identifier: MIT
// Guards on Crow, against the declarations in tests/declarations. Over sockets, if Crow is installed: tests/http/crow.cpp.
#include <credence/stacks/crow.hpp>

#include <string>
#include <utility>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::Rejection;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using Traits = credence::HttpTraits<crow::request>;

namespace {

crow::request with_fields(const std::vector<std::pair<std::string, std::string>>& fields) {
    crow::request request;
    for (const auto& [name, value] : fields) request.headers.emplace(name, value);
    return request;
}

void greet(const Verified<AccountClaims>& who, const crow::request&, crow::response& response) {
    response.body = "hello " + who->sub;
    response.end();
}

}  // namespace

TEST_CASE("Crow: a field is read whatever the case of its name, and two are seen as two") {
    auto request = with_fields({{"authorization", "Bearer abc"}, {"X", "y"}});
    CHECK(Traits::field(request, "AUTHORIZATION").view() == "Bearer abc");
    CHECK(Traits::field(request, "Cookie").view().empty());
    request.headers.emplace("AUTHORIZATION", "");
    CHECK(Traits::field(request, "Authorization").is_repeated());
    CHECK(require_bearer(request, account_verifier()).error().status == 400);
}

TEST_CASE("Crow: method, URL and address of a request") {
    crow::request request;
    request.method = crow::HTTPMethod::Post;
    request.raw_url = "/a?b=%20c";
    request.remote_ip_address = "::1";
    CHECK(Traits::method(request) == "POST");
    CHECK(Traits::url(request) == "/a?b=%20c");
    CHECK(Traits::peer_address(request) == "::1");
}

TEST_CASE("Crow: a refused response is ended, so its client does not wait") {
    const auto guarded = credence::protect(account_verifier(), greet);
    crow::response refused;
    guarded(with_fields({}), refused);
    CHECK(refused.is_sent);
    CHECK(refused.ends == 1);
    CHECK(refused.code == 401);
    CHECK(refused.headers.find("WWW-Authenticate")->second == R"(Bearer realm="api")");

    crow::response greeted;
    guarded(with_fields({{"Authorization", "Bearer " + account_token("7")}}), greeted);
    CHECK(greeted.ends == 1);
    CHECK(greeted.body == "hello 7");
}

TEST_CASE("Crow: a response that the hook ended is not ended again, and a filled one is ended") {
    for (const bool hook_ends : {true, false}) {
        int code_before_end = 0;
        const auto guarded = credence::protect(account_verifier(), greet)
                                 .on_reject([&](const Rejection&, const crow::request&, crow::response& response) {
                                     response.body = "no";
                                     if (!hook_ends) return;
                                     code_before_end = response.code;
                                     response.end();
                                     response.code = 200;  // Crow empties it then, for the next request
                                     response.headers.clear();
                                 });
        crow::response response;
        guarded(with_fields({}), response);
        CHECK(response.ends == 1);
        CHECK(response.body == "no");
        CHECK((hook_ends ? code_before_end : response.code) == 401);
        CHECK(response.headers.count("WWW-Authenticate") == (hook_ends ? 0 : 1));
        CHECK(response.code == (hook_ends ? 200 : 401));
    }
}

TEST_CASE("Crow: a hook may write a status of its own, but that of the rejection is sent") {
    const auto guarded = credence::protect(account_verifier(), greet)
                             .on_reject([](const Rejection&, const crow::request&, crow::response& response) {
                                 response.code = 200;
                                 response.headers.clear();
                             });
    for (const bool is_open : {true, false}) {  // an application's own tests have responses without a connection
        crow::response response;
        response.is_open = is_open;
        guarded(with_fields({}), response);
        CHECK(response.code == 401);
        CHECK(response.headers.count("WWW-Authenticate") == 1);
    }
}

TEST_CASE("Crow: the response of a closed connection stays unchanged") {
    crow::response response;
    response.is_open = false;
    credence::protect(account_verifier(), greet)(with_fields({}), response);
    CHECK(response.ends == 0);
}

TEST_CASE("Crow: a handler may return its response") {
    const auto guarded = credence::protect(
        account_verifier(),
        [](const Verified<AccountClaims>& who, const crow::request&) { return crow::response{200, who->sub}; });
    CHECK(guarded(with_fields({})).code == 401);
    CHECK(guarded(with_fields({{"Authorization", "Bearer " + account_token("7")}})).body == "7");
}

TEST_CASE("Crow: a rejection sets its own fields, each challenge in one, and keeps the others") {
    crow::response response;
    response.add_header("www-authenticate", "old");
    response.add_header("X", "y");
    const auto rejection = Rejection::from(Error{Errc::missing_credentials}, {.others = {"Basic", "Negotiate"}});
    Traits::reject(rejection, {}, response);
    Traits::reject(rejection, {}, response);
    CHECK(response.headers.count("WWW-Authenticate") == 3);
    CHECK(response.headers.find("X")->second == "y");
    Traits::reject(Rejection::from(Error{Errc::store_unavailable}), {}, response);
    CHECK(response.code == 503);
    CHECK(response.headers.count("WWW-Authenticate") == 0);
    CHECK(response.headers.find("Retry-After")->second == "5");
    Traits::reject(Rejection::for_dpop(Error{Errc::invalid_proof, "nonce"}, {}, "ES256", "n1"), {}, response);
    CHECK(response.headers.find("DPoP-Nonce")->second == "n1");
}

TEST_CASE("Crow: the middleware keeps the proof for its request, and answers a refused one") {
    credence::CrowBearer bearer{account_verifier()};
    decltype(bearer)::context own;
    auto good = with_fields({{"Authorization", "Bearer " + account_token("7")}});
    crow::response response;
    bearer.before_handle(good, response, own);
    CHECK((*own.who)->sub == "7");
    CHECK(response.ends == 0);
    auto bad = with_fields({});
    bearer.before_handle(bad, response, own);
    CHECK_FALSE(own.who);
    CHECK(response.ends == 1);
    CHECK(response.code == 401);
}
