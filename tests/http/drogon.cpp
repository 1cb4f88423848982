// SPDX-License-Identifier: MIT
// Guards on Drogon itself, over real sockets, if it is installed. Its only application runs once in a process.
#include <credence/stacks/drogon.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

#include <drogon/drogon.h>

using credence::DrogonCallback;
using credence::protect;
using credence::Rejection;
using credence::Verified;
using drogon::HttpRequestPtr;
using drogon::HttpResponsePtr;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;
using Traits = credence::HttpTraits<HttpRequestPtr>;
using Writer = credence::Granted<AccountClaims, "orders:write">;

/// Drogon finds this class by its name.
struct TestBearer : credence::DrogonFilter<TestBearer, std::remove_cvref_t<decltype(account_verifier())>> {
    using DrogonFilter::DrogonFilter;
};

namespace {

HttpResponsePtr text_response(const std::string& text) {
    auto response = drogon::HttpResponse::newHttpResponse();
    response->setBody(text);
    return response;
}

/// Drogon gives it to later requests of its route, too.
HttpResponsePtr kept_response(const std::string& text) {
    auto response = text_response(text);
    response->setExpiredTime(60);
    return response;
}

void greet(const Verified<AccountClaims>& who, const HttpRequestPtr&, DrogonCallback&& answer) {
    answer(text_response("hello " + who->sub));
}

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    TestServer() {
        auto& app = drogon::app();
        app.setLogLevel(trantor::Logger::kFatal);
        app.registerFilter(std::make_shared<TestBearer>(account_verifier()));
        app.registerHandler("/me", protect(account_verifier(), greet));
        app.registerHandler("/orders", protect(account_verifier(),
                                               [](const Writer& who, const HttpRequestPtr&, DrogonCallback&& answer) {
                                                   answer(text_response("hello " + who->sub));
                                               }));
        app.registerHandler("/coroutine",
                            protect(account_verifier(),
                                    [](Verified<AccountClaims> who, HttpRequestPtr) -> drogon::Task<HttpResponsePtr> {
                                        co_return text_response("coroutine " + who->sub);
                                    }));
        app.registerHandler("/cookie", protect(account_verifier(), greet, credence::TokenLocation{.cookie = "token"}));
        app.registerHandler(
            "/hook", protect(account_verifier(), greet)
                         .on_reject([](const Rejection& rejection, const HttpRequestPtr&, DrogonCallback& answer) {
                             auto response = text_response(rejection.problem_json());
                             Traits::put_fields(rejection, *response);
                             answer(response);
                         }));
        app.registerHandler("/kept", protect(account_verifier(), [](const Verified<AccountClaims>& who,
                                                                    const HttpRequestPtr&, DrogonCallback&& answer) {
                                answer(kept_response("kept " + who->sub));
                            }));
        app.registerHandler("/kept_coroutine",
                            protect(account_verifier(),
                                    [](Verified<AccountClaims> who, HttpRequestPtr) -> drogon::Task<HttpResponsePtr> {
                                        co_return kept_response("kept " + who->sub);
                                    }));
        app.registerHandler("/method", [](const HttpRequestPtr& request, DrogonCallback&& answer) {
            auto response = text_response({});
            response->addHeader("x-method", std::string{Traits::method(request)});
            answer(response);
        });
        app.registerHandler(
            "/filter",
            [](const HttpRequestPtr& request, DrogonCallback&& answer) {
                answer(text_response("filter " + (*credence::drogon_proof<AccountClaims>(request))->sub));
            },
            {"TestBearer"});
        app.addListener("127.0.0.1", 0);
        std::promise<void> started;
        app.registerBeginningAdvice([&started] { started.set_value(); });
        thread_ = std::thread{[] { drogon::app().run(); }};
        started.get_future().wait();
        wait_until_it_listens();
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() {
        drogon::app().quit();
        thread_.join();
    }

    [[nodiscard]] static int port() { return drogon::app().getListeners().front().toPort(); }

private:
    /// Another thread of Drogon begins to listen, after the advice or before it.
    static void wait_until_it_listens() {
        for (int round = 0; round < 1000; ++round) {
            try {
                const SocketClient client{port()};
                return;
            } catch (const std::runtime_error&) {
                std::this_thread::sleep_for(std::chrono::milliseconds{10});
            }
        }
    }

    std::thread thread_;
};

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}
std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

}  // namespace

TEST_CASE("Drogon: the list of requests, coroutines, cookies, hooks, filters, kept responses and HEAD") {
    const TestServer server;
    support::ask_nineteen_requests(TestServer::port(), support::Shows::the_first);
    SocketClient client{TestServer::port()};
    CHECK(client.ask(get("/coroutine", bearer(account_token("7")))).body == "coroutine 7");
    CHECK(client.ask(get("/coroutine")).status == 401);
    CHECK(client.ask(get("/cookie", "Cookie: a=1; token=" + account_token("7") + "\r\n")).body == "hello 7");
    CHECK(client.ask(get("/cookie", "Cookie: a=1\r\n")).status == 401);
    CHECK(client.ask(get("/filter", bearer(account_token("7")))).body == "filter 7");
    CHECK(client.ask(get("/filter")).status == 401);
    for (const char* const path : {"/kept", "/kept_coroutine"}) {
        CHECK(client.ask(get(path, bearer(account_token("7")))).body == "kept 7");
        CHECK(client.ask(get(path)).status == 401);
        CHECK(client.ask(get(path, bearer(account_token("8")))).body == "kept 8");
    }
    CHECK(client.ask("HEAD /method HTTP/1.1\r\nHost: x\r\n\r\n").field("x-method") == "HEAD");
    CHECK(client.ask(get("/method")).field("x-method") == "GET");
    const HttpResponse refused = client.ask(get("/hook"));
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
    const std::string evil = get("/orders", bearer(account_token("evil", "orders:write")));
    CHECK(
        client.ask("POST /me HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(evil.size()) + "\r\n\r\n" + evil)
            .status == 401);
    CHECK(client.ask(get("/me", bearer(account_token("7")))).body == "hello 7");
}
