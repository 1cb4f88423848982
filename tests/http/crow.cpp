// SPDX-License-Identifier: MIT
// Guards on Crow itself, over real sockets, if it is installed.
#include <credence/stacks/crow.hpp>

#include <future>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <crow.h>

using credence::protect;
using credence::Rejection;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;
using Bearer = credence::CrowBearer<std::remove_cvref_t<decltype(account_verifier())>>;
using Writer = credence::Granted<AccountClaims, "orders:write">;

namespace {

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    template <class Me>
    explicit TestServer(Me me) {
        app_.loglevel(crow::LogLevel::Critical);
        app_.route_dynamic("/me")(std::move(me));
        app_.route_dynamic("/orders")(
            protect(account_verifier(), [](const Writer& who, const crow::request&, crow::response& response) {
                response.body = "hello " + who->sub;
                response.end();
            }));
        CROW_ROUTE(app_, "/through").CROW_MIDDLEWARES(app_, Bearer)([this](const crow::request& request) {
            const auto& who = app_.get_context<Bearer>(request).who;
            return who ? crow::response{200, "through " + (*who)->sub} : crow::response{500};
        });
        CROW_WEBSOCKET_ROUTE(app_, "/socket")
            .onaccept([](const crow::request& request, std::optional<crow::response>& refusal, void**) {
                const auto who = credence::require_bearer(request, account_verifier());
                if (!who) credence::HttpTraits<crow::request>::reject(who.error(), request, refusal.emplace());
            });
        running_ = app_.bindaddr("127.0.0.1").port(0).concurrency(2).run_async();
        app_.wait_for_server_start();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() { app_.stop(); }

    [[nodiscard]] int port() const { return app_.port(); }

private:
    crow::App<Bearer> app_{Bearer{account_verifier()}};
    std::future<void> running_;
};

void greet(const Verified<AccountClaims>& who, const crow::request&, crow::response& response) {
    response.body = "hello " + who->sub;
    response.end();
}

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}
std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

}  // namespace

TEST_CASE("Crow: the list of requests, with a handler that fills its response") {
    const TestServer server{protect(account_verifier(), greet)};
    support::ask_nineteen_requests(server.port());
}

TEST_CASE("Crow: the list of requests, with a handler that returns its response") {
    const TestServer server{protect(account_verifier(), [](const Verified<AccountClaims>& who, const crow::request&) {
        return crow::response{200, "hello " + who->sub};
    })};
    support::ask_nineteen_requests(server.port());
}

TEST_CASE("Crow: a hook fills the response, or ends it") {
    for (const bool hook_ends : {true, false}) {
        const TestServer server{
            protect(account_verifier(), greet, {.others = {"Basic"}})
                .on_reject([=](const Rejection& rejection, const crow::request& request, crow::response& response) {
                    response.body = rejection.problem_json();
                    if (!hook_ends) return;
                    credence::HttpTraits<crow::request>::reject(rejection, request, response);
                    response.end();
                })};
        SocketClient client{server.port()};
        for (int round = 0; round < 3; ++round) {
            const HttpResponse refused = client.ask(get("/me"));
            CHECK(refused.status == 401);
            CHECK(refused.count("www-authenticate") == 2);
            CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
            const HttpResponse next = client.ask(get("/me", bearer(account_token("7"))));
            CHECK(next.status == 200);
            CHECK(next.count("www-authenticate") == 0);
            CHECK(next.body == "hello 7");
        }
    }
}

TEST_CASE("Crow: a hook that only ends the response has the status and the challenge of the rejection") {
    const TestServer server{
        protect(account_verifier(), greet)
            .on_reject([](const Rejection&, const crow::request&, crow::response& response) { response.end("no"); })};
    SocketClient client{server.port()};
    const HttpResponse refused = client.ask(get("/me"));
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK(refused.body == "no");
}

TEST_CASE("Crow: the middleware passes on the proof, and answers a request without one") {
    const TestServer server{protect(account_verifier(), greet)};
    SocketClient client{server.port()};
    for (int round = 0; round < 3; ++round) {
        CHECK(client.ask(get("/through", bearer(account_token("7")))).body == "through 7");
        const HttpResponse refused = client.ask(get("/through"));
        CHECK(refused.status == 401);
        CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    }
}

TEST_CASE("Crow: a WebSocket is refused where it is accepted") {
    const TestServer server{protect(account_verifier(), greet)};
    const std::string handshake =
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const HttpResponse refused = SocketClient{server.port()}.ask(get("/socket", handshake));
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK(SocketClient{server.port()}.ask(get("/socket", handshake + bearer(account_token("7")))).status == 101);
}

TEST_CASE("Crow: the body of a refused request never becomes the next request") {
    const TestServer server{protect(account_verifier(), greet)};
    SocketClient client{server.port()};
    const std::string evil = get("/orders", bearer(account_token("evil", "orders:write")));
    CHECK(
        client.ask("GET /me HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil)
            .status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");
}
