// SPDX-License-Identifier: MIT
// Guards on POCO, over real sockets: what a client sees, and that a refused body never becomes a request.
#include <credence/stacks/poco.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/ServerSocket.h>

using credence::protect;
using credence::Rejection;
using credence::Verified;
using Poco::Net::HTTPRequestHandler;
using Request = Poco::Net::HTTPServerRequest;
using Response = Poco::Net::HTTPServerResponse;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;
using Traits = credence::HttpTraits<Request>;

namespace {

using Handler = std::function<void(Request&, Response&)>;

/// Routes by path, and counts the requests for /evil.
class Router : public Poco::Net::HTTPRequestHandlerFactory {
public:
    Router(Handler handler, std::atomic<int>& evil) : handler_(std::move(handler)), evil_(evil) {}

    HTTPRequestHandler* createRequestHandler(const Request& request) override {
        if (request.getURI() == "/me" || request.getURI() == "/orders") return new credence::PocoHandler{handler_};
        if (request.getURI() == "/evil") ++evil_;
        return new credence::PocoHandler{[](Request&, Response& response) {
            response.setContentLength(4);
            response.send() << "next";
        }};
    }

private:
    Handler handler_;
    std::atomic<int>& evil_;
};

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    explicit TestServer(Handler handler)
        : socket_(Poco::Net::SocketAddress{"127.0.0.1", 0}),
          server_(new Router{std::move(handler), evil_requests}, socket_, new Poco::Net::HTTPServerParams) {
        server_.start();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() { server_.stopAll(true); }

    [[nodiscard]] int port() const { return server_.port(); }

    std::atomic<int> evil_requests = 0;

private:
    Poco::Net::ServerSocket socket_;
    Poco::Net::HTTPServer server_;
};

const std::string evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}
std::string post(const std::string& more_fields, const std::string& body) {
    return "POST /me HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n" + body;
}
std::string length(std::size_t size) { return "Content-Length: " + std::to_string(size) + "\r\n"; }
std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

void greet(const Verified<AccountClaims>& who, Request&, Response& response) {
    const std::string body = "hello " + who->sub;
    response.sendBuffer(body.data(), body.size());
}

}  // namespace

TEST_CASE("POCO: a guarded route, and each kind of refusal") {
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
    CHECK(client.ask(get("/me", bearer(account_token()) + "Authorization: Basic abc\r\n")).status == 400);
    CHECK(client.ask(get("/me", bearer("abc"))).status == 401);
    CHECK(client.ask(get("/me", bearer(support::expired_token()))).status == 401);
    CHECK(client.ask(get("/me", bearer(support::forged_token()))).status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("8")))).body == "hello 8");
}

TEST_CASE("POCO: with a hook, only the hook answers") {
    const TestServer server{protect(account_verifier(), greet)
                                .on_reject([](const Rejection& rejection, const Request&, Response& response) {
                                    Traits::put_fields(rejection, response);
                                    const std::string body = rejection.problem_json();
                                    response.sendBuffer(body.data(), body.size());
                                })};
    SocketClient client{server.port()};
    const HttpResponse refused = client.ask(get("/me"));
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");
}

TEST_CASE("POCO: the body of a refused request is read, and the connection stays open") {
    const TestServer server{protect(account_verifier(), greet)};
    SocketClient client{server.port()};
    CHECK(client.ask(post(length(evil.size()), evil)).status == 401);
    CHECK(client.ask(post(length(0), "")).status == 401);
    CHECK(client.ask(get("/next")).body == "next");
    CHECK(server.evil_requests == 0);
}

TEST_CASE("POCO: the connection is closed if a refused body cannot be read completely") {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const std::map<std::string, std::string> requests{
        {"too long", post(length(Traits::most_discarded + 1), evil)},
        {"chunked", post(chunked, "0\r\n\r\n" + evil)},
        {"chunked, with a trailer", post(chunked, "0\r\n" + evil)},
        {"two lengths", post(length(0) + length(evil.size()), evil)},
        {"chunked and a length", post(chunked + length(5), "0\r\n\r\n" + evil)},
        {"no number", post("Content-Length: x\r\n", evil)},
    };
    for (const auto& [name, request] : requests) {
        INFO(name);
        const TestServer server{protect(account_verifier(), greet)};
        SocketClient client{server.port()};
        const HttpResponse refused = client.ask(request);
        CHECK((refused.status == 401 || refused.status == 400 || refused.status == 0));
        client.send(evil);
        CHECK(client.is_closed());
        CHECK(server.evil_requests == 0);
    }
}

TEST_CASE("POCO: a verifier may read the address of the client") {
    struct AddressVerifier {
        using claims_type = AccountClaims;
        credence::Result<Verified<AccountClaims>> verify(std::string_view text,
                                                         const credence::RequestContext& context) const {
            if (context.peer_address != "127.0.0.1" || context.method != "GET" || context.url != "/me")
                return credence::Errc::invalid_proof;
            return account_verifier().verify(text);
        }
    };
    const TestServer server{protect(AddressVerifier{}, greet)};
    SocketClient client{server.port()};
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");
    CHECK(client.ask(post(bearer(account_token()) + length(0), "")).status == 401);
}

TEST_CASE("POCO: the list of requests") {
    const auto me = protect(account_verifier(), greet);
    const auto orders =
        protect(account_verifier(), [](const credence::Granted<AccountClaims, "orders:write">& who, Request& request,
                                       Response& response) { greet(who.verified(), request, response); });
    const TestServer server{[me, orders](Request& request, Response& response) {
        request.getURI() == "/orders" ? orders(request, response) : me(request, response);
    }};
    support::ask_nineteen_requests(server.port());
}
