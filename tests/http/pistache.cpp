// SPDX-License-Identifier: MIT
// Guards and middleware on Pistache, over real sockets.
#include <credence/stacks/pistache.hpp>

#include <algorithm>
#include <string>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <pistache/endpoint.h>
#include <pistache/router.h>

namespace rest = Pistache::Rest;

using credence::protect;
using credence::Rejection;
using credence::Verified;
using Pistache::Http::Code;
using Pistache::Http::ResponseWriter;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;

namespace {

/// Serves a router on a free port of the loopback, until the end of the test.
class TestServer {
public:
    explicit TestServer(const rest::Router& router) {
        endpoint_.init(Pistache::Http::Endpoint::options().threads(1).flags(Pistache::Tcp::Options::ReuseAddr));
        endpoint_.setHandler(router.handler());
        endpoint_.serveThreaded();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() { endpoint_.shutdown(); }

    [[nodiscard]] int port() const { return static_cast<std::uint16_t>(endpoint_.getPort()); }

private:
    Pistache::Http::Endpoint endpoint_{Pistache::Address{Pistache::Ipv4::loopback(), Pistache::Port{0}}};
};

std::string get(const std::string& more_fields = {}) {
    return "GET /me HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

void greet(const Verified<AccountClaims>& who, const rest::Request&, ResponseWriter response) {
    response.send(Code::Ok, "hello " + who->sub);
}

}  // namespace

TEST_CASE("Pistache: a guarded route, and each kind of refusal") {
    rest::Router router;
    const auto guard = protect(account_verifier(), greet, {.realm = "shop", .others = {"Basic", "Negotiate"}});
    const auto handler = [guard](const rest::Request& request, ResponseWriter response) {
        guard(request, std::move(response));
        return rest::Route::Result::Ok;
    };
    router.get("/me", handler);
    router.post("/me", handler);
    const TestServer server{router};
    SocketClient client{server.port()};

    CHECK(client.ask(get(bearer(account_token("7")))).body == "hello 7");
    const HttpResponse stranger = client.ask(get());
    CHECK(stranger.status == 401);
    CHECK(stranger.field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(stranger.count("www-authenticate") == 3);
    const std::pair<std::string, std::string> last{"www-authenticate", "Negotiate"};
    CHECK(std::count(stranger.fields.begin(), stranger.fields.end(), last) == 1);
    CHECK(client.ask(get("authorization: bearer   " + account_token() + "\r\n")).status == 200);
    CHECK(client.ask(get("Authorization: Basic abc\r\n")).status == 401);
    CHECK(client.ask(get("Authorization: Bearer\r\n")).status == 400);
    CHECK(client.ask(get("Authorization: Bearer a, Bearer b\r\n")).status == 400);
    CHECK(client.ask(get(bearer("abc"))).status == 401);
    CHECK(client.ask(get(bearer(support::expired_token()))).status == 401);
    CHECK(client.ask(get(bearer(support::forged_token()))).status == 401);
}

TEST_CASE("Pistache: a handler returns the result of its route, and with a hook only the hook answers") {
    using Traits = credence::HttpTraits<rest::Request>;
    rest::Router router;
    router.get("/me", protect(account_verifier(), [](const Verified<AccountClaims>& who, const rest::Request&,
                                                     ResponseWriter response) {
                          response.send(Code::Ok, "hello " + who->sub);
                          return rest::Route::Result::Ok;
                      }).on_reject([](const Rejection& rejection, const rest::Request&, ResponseWriter& response) {
        Traits::put_fields(rejection, response);
        response.send(static_cast<Code>(rejection.status), rejection.problem_json());
    }));
    const TestServer server{router};
    SocketClient client{server.port()};
    const HttpResponse refused = client.ask(get());
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
    CHECK(client.ask(get(bearer(account_token("7")))).body == "hello 7");
}

TEST_CASE("Pistache: of two Authorization fields only the first is visible") {
    rest::Router router;
    router.get("/me", protect(account_verifier(),
                              [](const Verified<AccountClaims>& who, const rest::Request&, ResponseWriter response) {
                                  response.send(Code::Ok, who->sub);
                                  return rest::Route::Result::Ok;
                              }));
    const TestServer server{router};
    SocketClient client{server.port()};
    CHECK(client.ask(get(bearer(account_token("1")) + bearer(account_token("2")))).body == "1");
    CHECK(client.ask(get(bearer("abc") + bearer(account_token("2")))).status == 401);
}

TEST_CASE("Pistache: the list of requests, of which the first Authorization field counts") {
    rest::Router router;
    const auto answer = [](const std::string& subject, ResponseWriter response) {
        response.send(Code::Ok, "hello " + subject);
        return rest::Route::Result::Ok;
    };
    router.get("/me", protect(account_verifier(),
                              [answer](const Verified<AccountClaims>& who, const rest::Request&,
                                       ResponseWriter response) { return answer(who->sub, std::move(response)); }));
    router.get("/orders",
               protect(account_verifier(),
                       [answer](const credence::Granted<AccountClaims, "orders:write">& who, const rest::Request&,
                                ResponseWriter response) { return answer(who->sub, std::move(response)); }));
    const TestServer server{router};
    support::ask_nineteen_requests(server.port(), support::Shows::the_first);
}
