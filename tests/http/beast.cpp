// SPDX-License-Identifier: MIT
// Guards on Boost.Beast with coroutines, over real sockets. The token is checked before the body is read.
#include <credence/stacks/beast.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace asio = boost::asio;
namespace http = boost::beast::http;

using asio::ip::tcp;
using credence::protect;
using credence::Rejection;
using credence::Verified;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;

namespace {

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;
using Handler = std::function<asio::awaitable<Response>(Request)>;

/// Serves one handler for every path, on a free port of the loopback, until the end of the test.
class TestServer {
public:
    explicit TestServer(Handler handler) : handler_(std::move(handler)) {
        asio::co_spawn(context_, accept(), asio::detached);
        thread_ = std::thread([this] { context_.run(); });
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() {
        context_.stop();
        thread_.join();
    }

    [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::awaitable<void> accept() {
        while (true) {
            tcp::socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
            asio::co_spawn(context_, serve(std::move(socket)), [](const std::exception_ptr&) {});
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        boost::beast::flat_buffer buffer;
        while (true) {
            Request request;
            co_await http::async_read(socket, buffer, request, asio::use_awaitable);
            Response response = co_await handler_(std::move(request));
            co_await http::async_write(socket, response, asio::use_awaitable);
            if (!response.keep_alive()) break;
        }
        socket.shutdown(tcp::socket::shutdown_send);
    }

    Handler handler_;
    asio::io_context context_{1};
    tcp::acceptor acceptor_{context_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

/// Suspends before it uses the proof: a reference would dangle by then.
asio::awaitable<Response> greet(Verified<AccountClaims> who, Request request) {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    Response response{http::status::ok, request.version()};
    response.body() = "hello " + who->sub;
    response.prepare_payload();
    co_return response;
}

std::string get(const std::string& more_fields = {}) { return "GET / HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n"; }

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

}  // namespace

TEST_CASE("Beast: a guarded coroutine, and each kind of refusal") {
    TestServer server{protect(account_verifier(), greet, {.realm = "shop"})};
    SocketClient client{server.port()};
    CHECK(client.ask(get(bearer(account_token("7")))).body == "hello 7");

    const HttpResponse stranger = client.ask(get());
    CHECK(stranger.status == 401);
    CHECK(stranger.field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(stranger.field("content-length") == "0");

    CHECK(client.ask(get("Authorization:\r\n")).status == 401);
    CHECK(client.ask(get("authorization: bearer   " + account_token() + "\r\n")).status == 200);
    CHECK(client.ask(get("Authorization: Bearer\r\n")).status == 400);
    CHECK(client.ask(get("Authorization: Bearer\tabc\r\n")).status == 400);
    CHECK(client.ask(get("Authorization: Bearer a, Bearer b\r\n")).status == 400);
    CHECK(client.ask(get(bearer("abc"))).status == 401);
    CHECK(client.ask(get(bearer(support::expired_token()))).status == 401);
    CHECK(client.ask(get(bearer(support::forged_token()))).status == 401);

    const HttpResponse last = client.ask(get("Connection: close\r\n"));
    CHECK(last.status == 401);
    CHECK(client.is_closed());
}

TEST_CASE("Beast: two Authorization fields are refused") {
    TestServer server{protect(account_verifier(), greet)};
    SocketClient client{server.port()};
    const std::string good = bearer(account_token());
    for (const std::string& other :
         {good, std::string{"authorization: Basic abc\r\n"}, std::string{"Authorization:\r\n"}}) {
        const HttpResponse refused = client.ask(get(good + other));
        CHECK(refused.status == 400);
        CHECK_THAT(refused.field("www-authenticate"), support::contains_text("invalid_request"));
    }
}

TEST_CASE("Beast: an on_reject hook of a coroutine returns the response") {
    TestServer server{protect(account_verifier(), greet).on_reject([](const Rejection& rejection, const Request&) {
        Response response;
        response.set(http::field::content_type, "application/problem+json");
        response.body() = rejection.problem_json();
        return response;
    })};
    SocketClient client{server.port()};
    const HttpResponse refused = client.ask(get());
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
    CHECK(client.ask(get(bearer(account_token("7")))).body == "hello 7");
}

TEST_CASE("Beast: a scope and an optional proof in a coroutine") {
    TestServer scoped{protect(account_verifier(), [](credence::Granted<AccountClaims, "a"> who, Request request) {
        return greet(who, std::move(request));
    })};
    SocketClient client{scoped.port()};
    CHECK(client.ask(get(bearer(account_token("7", "a")))).body == "hello 7");
    CHECK(client.ask(get(bearer(account_token("7", "b")))).status == 403);

    TestServer open{protect(account_verifier(),
                            [](std::optional<Verified<AccountClaims>> who, Request) -> asio::awaitable<Response> {
                                Response response;
                                response.body() = who ? "known" : "stranger";
                                response.prepare_payload();
                                co_return response;
                            })};
    SocketClient other{open.port()};
    CHECK(other.ask(get()).body == "stranger");
    CHECK(other.ask(get(bearer(account_token()))).body == "known");
    CHECK(other.ask(get(bearer("abc"))).status == 401);
}

TEST_CASE("Beast: the head is checked before the body is read") {
    asio::io_context context;
    tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
    SocketClient client{acceptor.local_endpoint().port()};
    tcp::socket socket = acceptor.accept();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n" + bearer("abc") + "\r\n");

    boost::beast::flat_buffer buffer;
    http::request_parser<http::string_body> parser;
    http::read_header(socket, buffer, parser);
    const auto who = credence::require_bearer(parser.get(), account_verifier());
    REQUIRE_FALSE(who);
    http::response<http::empty_body> response;
    credence::HttpTraits<Request>::reject(who.error(), parser.get(), response);
    response.keep_alive(false);
    http::write(socket, response);
    socket.close();

    const HttpResponse refused = client.receive();
    CHECK(refused.status == 401);
    CHECK(refused.field("connection") == "close");
    CHECK(client.is_closed());
}

TEST_CASE("Beast: the list of requests") {
    const auto me = protect(account_verifier(), greet);
    const auto orders =
        protect(account_verifier(), [](credence::Granted<AccountClaims, "orders:write"> who, Request request) {
            return greet(who.verified(), std::move(request));
        });
    TestServer server{[me, orders](Request request) {
        return request.target() == "/orders" ? orders(std::move(request)) : me(std::move(request));
    }};
    support::ask_nineteen_requests(server.port());
}
