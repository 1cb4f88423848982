// SPDX-License-Identifier: MIT
// Guards on RESTinio, over real sockets: what a client sees, and that a refused body never becomes a request.
#include <credence/stacks/restinio.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <restinio/all.hpp>

using credence::protect;
using credence::Rejection;
using credence::Verified;
using restinio::request_handle_t;
using restinio::request_handling_status_t;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;
using Params = restinio::router::route_params_t;
using Router = restinio::router::express_router_t<>;
using Traits = credence::HttpTraits<request_handle_t>;

namespace {

struct ServerTraits : restinio::default_traits_t {
    using request_handler_t = Router;
};

using Handler = std::function<request_handling_status_t(const request_handle_t&, Params)>;

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    explicit TestServer(const Handler& handler)
        : server_(restinio::run_async(
              restinio::own_io_context(),
              restinio::server_settings_t<ServerTraits>{}
                  .address("127.0.0.1")
                  .port(0)
                  .acceptor_post_bind_hook([this](auto& acceptor) { port_ = acceptor.local_endpoint().port(); })
                  .request_handler(router(handler)),
              1U)) {}
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    [[nodiscard]] int port() const { return port_; }

    std::atomic<int> evil_requests = 0;

private:
    std::unique_ptr<Router> router(const Handler& handler) {
        auto made = std::make_unique<Router>();
        made->http_get("/me", handler);
        made->http_post("/me", handler);
        made->http_get("/orders", handler);
        made->http_get("/evil", [this](const request_handle_t& request, const Params&) {
            ++evil_requests;
            return request->create_response().done();
        });
        made->http_get("/next", [](const request_handle_t& request, const Params&) {
            return request->create_response().set_body("next").done();
        });
        return made;
    }

    std::atomic<std::uint16_t> port_ = 0;
    restinio::running_server_handle_t<ServerTraits> server_;
};

const std::string evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}
std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

request_handling_status_t greet(const Verified<AccountClaims>& who, const request_handle_t& request, Params) {
    return request->create_response().set_body("hello " + who->sub).done();
}

}  // namespace

TEST_CASE("RESTinio: a guarded route, and each kind of refusal") {
    const TestServer server{protect(account_verifier(), greet, {.realm = "shop", .others = {"Basic", "Negotiate"}})};
    SocketClient client{server.port()};
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");

    const HttpResponse stranger = client.ask(get("/me"));
    CHECK(stranger.status == 401);
    CHECK(stranger.field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(stranger.count("www-authenticate") == 3);
    CHECK(stranger.field("content-length") == "0");

    CHECK(client.ask(get("/me", "Authorization:\r\n")).status == 401);
    CHECK(client.ask(get("/me", "authorization: bearer   " + account_token() + "\r\n")).status == 200);
    CHECK(client.ask(get("/me", "Authorization: Basic abc\r\n")).status == 401);
    CHECK(client.ask(get("/me", "Authorization: Bearer\r\n")).status == 400);
    CHECK(client.ask(get("/me", "Authorization: Bearer a, Bearer b\r\n")).status == 400);
    CHECK(client.ask(get("/me", bearer(account_token()) + bearer(account_token()))).status == 400);
    CHECK(client.ask(get("/me", bearer(account_token()) + "AUTHORIZATION: Basic abc\r\n")).status == 400);
    CHECK(client.ask(get("/me", bearer("abc"))).status == 401);
    CHECK(client.ask(get("/me", bearer(support::expired_token()))).status == 401);
    CHECK(client.ask(get("/me", bearer(support::forged_token()))).status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("8")))).body == "hello 8");
}

TEST_CASE("RESTinio: a missing scope is 403, and with a hook only the hook answers") {
    using Writer = credence::Granted<AccountClaims, "orders:write">;
    const TestServer server{
        protect(account_verifier(), [](const Writer&, const request_handle_t& request, const Params&) {
            return request->create_response().set_body("written").done();
        }).on_reject([](const Rejection& rejection, const request_handle_t& request, const Params&) {
            auto response = request->create_response(Traits::status_line(rejection));
            Traits::put_fields(rejection, response.header());
            return response.set_body(rejection.problem_json()).done();
        })};
    SocketClient client{server.port()};
    const HttpResponse lesser = client.ask(get("/me", bearer(account_token("7", "orders:read"))));
    CHECK(lesser.status == 403);
    CHECK_THAT(lesser.field("www-authenticate"), support::contains_text(R"(scope="orders:write")"));
    CHECK_THAT(lesser.body, support::contains_text(R"("status":403)"));
    CHECK(client.ask(get("/me")).status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("7", "orders:write")))).body == "written");
}

TEST_CASE("RESTinio: the body of a refused request never becomes the next request") {
    const TestServer server{protect(account_verifier(), greet)};
    SocketClient client{server.port()};
    const std::string head = "POST /me HTTP/1.1\r\nHost: x\r\n";
    CHECK(client.ask(head + "Content-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil).status == 401);
    CHECK(client.ask(head + "Transfer-Encoding: chunked\r\n\r\n" + "1f\r\n" + evil + "\r\n0\r\n\r\n").status == 401);
    CHECK(evil.size() == 0x1f);
    CHECK(client.ask(get("/next")).body == "next");
    CHECK(server.evil_requests == 0);
}

TEST_CASE("RESTinio: the list of requests") {
    const auto me = protect(account_verifier(), greet);
    const auto orders = protect(account_verifier(), [](const credence::Granted<AccountClaims, "orders:write">& who,
                                                       const request_handle_t& request, Params params) {
        return greet(who.verified(), request, std::move(params));
    });
    const TestServer server{[me, orders](const request_handle_t& request, Params params) {
        return request->header().request_target() == "/orders" ? orders(request, std::move(params))
                                                               : me(request, std::move(params));
    }};
    support::ask_nineteen_requests(server.port());
}
