// SPDX-License-Identifier: MIT
// Guards on oatpp itself, over real sockets, if it is installed.
#include <credence/stacks/oatpp.hpp>

#include <memory>
#include <string>
#include <thread>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <oatpp/Environment.hpp>
#include <oatpp/json/ObjectMapper.hpp>
#include <oatpp/macro/codegen.hpp>
#include <oatpp/network/Server.hpp>
#include <oatpp/network/tcp/server/ConnectionProvider.hpp>
#include <oatpp/web/mime/ContentMappers.hpp>
#include <oatpp/web/server/HttpConnectionHandler.hpp>
#include <oatpp/web/server/HttpRouter.hpp>
#include <oatpp/web/server/api/ApiController.hpp>

using credence::OatppRequest;
using credence::OatppResponse;
using credence::protect;
using credence::Verified;
using oatpp::web::protocol::http::Status;
using oatpp::web::protocol::http::outgoing::ResponseFactory;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;
using Proof = credence::OatppProof<AccountClaims>;
using Writer = credence::Granted<AccountClaims, "orders:write">;

namespace {

OatppResponse text_response(const std::string& text) {
    return ResponseFactory::createResponse(Status::CODE_200, oatpp::String{text});
}

#include OATPP_CODEGEN_BEGIN(ApiController)
/// A controller that asks for an authorization, as oatpp's own examples do.
class Controller : public oatpp::web::server::api::ApiController {
public:
    explicit Controller(const std::shared_ptr<oatpp::web::mime::ContentMappers>& mappers) : ApiController(mappers) {
        setDefaultAuthorizationHandler(
            std::make_shared<credence::OatppBearer<std::remove_cvref_t<decltype(account_verifier())>>>(
                account_verifier(),
                credence::Challenge{.realm = "shop", .others = {"Basic realm=\"shop\"", "Negotiate"}}));
    }
    ENDPOINT("GET", "/controller", controller, AUTHORIZATION(std::shared_ptr<Proof>, proof)) {
        return createResponse(Status::CODE_200, oatpp::String{"controller " + proof->who->sub});
    }
};
#include OATPP_CODEGEN_END(ApiController)

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    TestServer() {
        auto router = oatpp::web::server::HttpRouter::createShared();
        const auto me = credence::oatpp_handler(
            protect(account_verifier(), [](const Verified<AccountClaims>& who, const OatppRequest&) {
                return text_response("hello " + who->sub);
            }));
        router->route("GET", "/me", me);
        router->route("POST", "/me", me);
        router->route("GET", "/orders",
                      credence::oatpp_handler(protect(account_verifier(), [](const Writer& who, const OatppRequest&) {
                          return text_response("hello " + who->sub);
                      })));
        auto mappers = std::make_shared<oatpp::web::mime::ContentMappers>();
        mappers->putMapper(std::make_shared<oatpp::json::ObjectMapper>());
        router->addController(std::make_shared<Controller>(mappers));
        handler_ = oatpp::web::server::HttpConnectionHandler::createShared(router);
        provider_ = oatpp::network::tcp::server::ConnectionProvider::createShared(
            {"127.0.0.1", 0, oatpp::network::Address::IP_4});
        server_ = std::make_shared<oatpp::network::Server>(provider_, handler_);
        thread_ = std::thread{[this] { server_->run(); }};
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() {
        server_->stop();
        provider_->stop();
        thread_.join();
        handler_->stop();
    }

    [[nodiscard]] int port() const {
        return std::stoi(*provider_->getProperty(oatpp::network::ConnectionProvider::PROPERTY_PORT).toString());
    }

private:
    struct Runtime {
        Runtime() { oatpp::Environment::init(); }
        ~Runtime() { oatpp::Environment::destroy(); }
    };

    Runtime runtime_;
    std::shared_ptr<oatpp::web::server::HttpConnectionHandler> handler_;
    std::shared_ptr<oatpp::network::tcp::server::ConnectionProvider> provider_;
    std::shared_ptr<oatpp::network::Server> server_;
    std::thread thread_;
};

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}
std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

}  // namespace

TEST_CASE("oatpp: the list of requests, its controllers, and a refused body") {
    const TestServer server;
    support::ask_nineteen_requests(server.port());
    {
        SocketClient client{server.port()};
        CHECK(client.ask(get("/controller", bearer(account_token("7")))).body == "controller 7");
        const HttpResponse refused = client.ask(get("/controller"));
        CHECK(refused.status == 401);
        CHECK(refused.count("www-authenticate") == 1);
        CHECK(refused.field("www-authenticate") == R"(Bearer realm="shop", Basic realm="shop", Negotiate)");
    }
    const std::string evil = get("/orders", bearer(account_token("evil", "orders:write")));
    const std::string head = "POST /me HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n";
    SocketClient client{server.port()};
    CHECK(client.ask(head + "Content-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil).status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");
    CHECK(client.ask(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + evil).status == 413);
    CHECK(client.receive().status == 0);
}
