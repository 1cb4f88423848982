// SPDX-License-Identifier: MIT
// Guards on cpp-httplib, over real sockets: what a client sees, and that a refused body never becomes a request.
#include <credence/stacks/httplib.hpp>

#include <atomic>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/nineteen_requests.hpp"
#include "support/socket_client.hpp"

using credence::protect;
using credence::Rejection;
using credence::Verified;
using httplib::Request;
using httplib::Response;
using support::account_token;
using support::account_verifier;
using support::AccountClaims;
using support::HttpResponse;
using support::SocketClient;

namespace {

/// A server on a free port of the loopback, until the end of the test.
class TestServer {
public:
    TestServer() {
        server.set_keep_alive_max_count(1000);
        server.set_tcp_nodelay(true);
        // Called after the head of a request has been read and before its body, so that a test can send the body
        // separately.
        server.set_pre_routing_handler([this](const Request&, Response&) {
            head_was_read.release();
            return httplib::Server::HandlerResponse::Unhandled;
        });
        server.Get("/evil", [this](const Request&, Response&) { ++evil_requests; });
        server.Get("/next", [](const Request&, Response& response) { response.set_content("next", "text/plain"); });
        port_ = server.bind_to_any_port("127.0.0.1");
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() {
        server.stop();
        if (thread_.joinable()) thread_.join();
    }

    int start() {
        thread_ = std::thread([this] { server.listen_after_bind(); });
        return port_;
    }

    httplib::Server server;
    std::counting_semaphore<> head_was_read{0};
    std::atomic<int> evil_requests = 0;

private:
    int port_ = 0;
    std::thread thread_;
};

const std::string evil = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n";

std::string get(const std::string& path, const std::string& more_fields = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more_fields + "\r\n";
}

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

std::string post_head(const std::string& more_fields, std::size_t size) {
    return "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n" + more_fields +
           "\r\n";
}

void greet(const Verified<AccountClaims>& who, const Request&, Response& response) {
    response.set_content("hello " + who->sub, "text/plain");
}

/// A handler that reads its body itself.
void upload(const Verified<AccountClaims>&, const Request& request, Response& response,
            const httplib::ContentReader& read_body) {
    std::size_t size = 0;
    const auto count = [&size](const char*, std::size_t part) {
        size += part;
        return true;
    };
    request.is_multipart_form_data() ? read_body([](const auto&) { return true; }, count) : read_body(count);
    response.set_content(std::to_string(size), "text/plain");
}

void write_refused(const Rejection&, const Request&, Response& response, const httplib::ContentReader&) {
    response.set_content("refused", "text/plain");
}

}  // namespace

TEST_CASE("cpp-httplib: a guarded route, and each kind of refusal") {
    TestServer test;
    test.server.Get("/me", protect(account_verifier(), greet, {.realm = "shop"}));
    SocketClient client{test.start()};

    const HttpResponse welcome = client.ask(get("/me", bearer(account_token("7"))));
    CHECK(welcome.status == 200);
    CHECK(welcome.body == "hello 7");
    CHECK(welcome.count("www-authenticate") == 0);

    const HttpResponse stranger = client.ask(get("/me"));
    CHECK(stranger.status == 401);
    CHECK(stranger.field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(stranger.body.empty());

    CHECK(client.ask(get("/me", "Authorization:\r\n")).field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(client.ask(get("/me", "Authorization: Basic abc\r\n")).field("www-authenticate") == R"(Bearer realm="shop")");
    CHECK(client.ask(get("/me", "AUTHORIZATION: bEARER  " + account_token() + "\r\n")).status == 200);
    CHECK(client.ask(get("/me", "Authorization: Bearer\r\n")).status == 400);
    CHECK(client.ask(get("/me", "Authorization: Bearer\tabc\r\n")).status == 400);
    CHECK(client.ask(get("/me", "Authorization: Bearer a, Bearer b\r\n")).status == 400);
    CHECK(client.ask(get("/me", bearer("abc"))).status == 401);

    const HttpResponse expired = client.ask(get("/me", bearer(support::expired_token())));
    CHECK(expired.status == 401);
    CHECK(expired.field("www-authenticate") ==
          R"(Bearer realm="shop", error="invalid_token", error_description="The access token is not valid")");
}

TEST_CASE("cpp-httplib: two Authorization fields are refused") {
    TestServer test;
    test.server.Get("/me", protect(account_verifier(), greet));
    SocketClient client{test.start()};
    const std::string good = bearer(account_token());
    for (const std::string& other : {good, std::string{"authorization: Basic abc\r\n"}}) {
        const HttpResponse refused = client.ask(get("/me", good + other));
        CHECK(refused.status == 400);
        CHECK_THAT(refused.field("www-authenticate"), support::contains_text("invalid_request"));
    }
}

TEST_CASE("cpp-httplib: scopes, anonymous requests and cookies") {
    TestServer test;
    test.server.Get("/scoped",
                    protect(account_verifier(), [](const credence::Granted<AccountClaims, "a">&, const Request&,
                                                   Response& response) { response.body = "in"; }));
    test.server.Get(
        "/open", protect(account_verifier(), [](std::optional<Verified<AccountClaims>> who, const Request&,
                                                Response& response) { response.body = who ? "known" : "stranger"; }));
    test.server.Get("/cookie", protect(account_verifier(), greet, {.cookie = "token"}));
    SocketClient client{test.start()};
    CHECK(client.ask(get("/scoped", bearer(account_token("1", "a")))).body == "in");
    CHECK(client.ask(get("/scoped", bearer(account_token("1", "b")))).status == 403);
    CHECK(client.ask(get("/open")).body == "stranger");
    CHECK(client.ask(get("/open", bearer(account_token()))).body == "known");
    CHECK(client.ask(get("/open", bearer("x"))).status == 401);
    CHECK(client.ask(get("/cookie", "Cookie: token=" + account_token("9") + "\r\n")).body == "hello 9");
    CHECK(client.ask(get("/cookie", "Cookie: token=a; token=b\r\n")).status == 400);
    CHECK(client.ask(get("/cookie", "Cookie: token=a\r\nCookie: token=b\r\n")).status == 400);
}

TEST_CASE("cpp-httplib: an on_reject hook writes the body; status and challenge stay") {
    TestServer test;
    test.server.Get("/me", protect(account_verifier(), greet)
                               .on_reject([](const Rejection& rejection, const Request&, Response& response) {
                                   response.status = 200;
                                   response.set_header("WWW-Authenticate", "none");
                                   response.set_content(rejection.problem_json(), "application/problem+json");
                               }));
    SocketClient client{test.start()};
    const HttpResponse refused = client.ask(get("/me"));
    CHECK(refused.status == 401);
    CHECK(refused.count("www-authenticate") == 1);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK(refused.field("content-type") == "application/problem+json");
    CHECK_THAT(refused.body, support::contains_text(R"("status":401)"));
}

TEST_CASE("cpp-httplib: unavailable keys are 503 with Retry-After") {
    struct Unavailable {
        using claims_type = AccountClaims;
        credence::Result<Verified<AccountClaims>> verify(std::string_view) const {
            return credence::Errc::keys_unavailable;
        }
    };
    TestServer test;
    test.server.Get("/me", protect(Unavailable{}, greet));
    SocketClient client{test.start()};
    const HttpResponse refused = client.ask(get("/me", bearer("abc")));
    CHECK(refused.status == 503);
    CHECK(refused.field("retry-after") == "5");
    CHECK(refused.count("www-authenticate") == 0);
}

TEST_CASE("cpp-httplib: a refused body, sent after the head, is not the next request") {
    TestServer test;
    std::string seen = "nothing";
    test.server.Post("/upload",
                     protect(account_verifier(), [&seen](const Verified<AccountClaims>&, const Request& request,
                                                         Response&) { seen = request.body; }));
    SocketClient client{test.start()};
    client.send(post_head("", evil.size()));
    test.head_was_read.acquire();
    const HttpResponse refused = client.ask(evil);
    CHECK(refused.status == 401);
    CHECK(client.ask(get("/next")).body == "next");
    CHECK(test.evil_requests == 0);
    CHECK(seen == "nothing");
}

TEST_CASE("cpp-httplib: a refused handler with a ContentReader reads the body and discards it") {
    TestServer test;
    test.server.Post("/upload", protect(account_verifier(), upload));
    SocketClient client{test.start()};

    client.send(post_head(bearer(account_token()), 5));
    test.head_was_read.acquire();
    CHECK(client.ask("12345").body == "5");

    client.send(post_head("", evil.size()));
    test.head_was_read.acquire();
    const HttpResponse refused = client.ask(evil);
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK(refused.field("content-length") == "0");
    CHECK(client.ask(get("/next")).body == "next");
    CHECK(test.evil_requests == 0);
}

TEST_CASE("cpp-httplib: the connection of a refused endless upload is closed") {
    TestServer test;
    test.server.Post("/upload", protect(account_verifier(), upload).on_reject(write_refused));
    SocketClient client{test.start()};
    client.send(post_head("", std::size_t{1} << 40));
    test.head_was_read.acquire();
    const std::string part = std::string(65536 - evil.size(), 'x') + evil;
    int parts = 0;
    while (parts < 1000 && client.send(part)) ++parts;
    CHECK(parts < 1000);
    CHECK(test.evil_requests == 0);
}

TEST_CASE("cpp-httplib: a refused upload over the limit is answered, and the connection is closed") {
    TestServer test;
    test.server.Post("/upload", protect(account_verifier(), upload).on_reject(write_refused));
    SocketClient client{test.start()};
    using Traits = credence::HttpTraits<Request>;
    client.send(post_head("", Traits::most_discarded + 1 + evil.size()));
    test.head_was_read.acquire();
    client.send(std::string(Traits::most_discarded + 1, 'x'));
    const HttpResponse refused = client.receive();
    CHECK(refused.status == 401);
    CHECK(refused.field("www-authenticate") == R"(Bearer realm="api")");
    CHECK(refused.body == "refused");
    CHECK(refused.field("connection") == "close");
    client.send(evil);
    CHECK(client.is_closed());
    CHECK(test.evil_requests == 0);
}

TEST_CASE("cpp-httplib: a refused multipart upload is read, and a malformed one closes the connection") {
    TestServer test;
    test.server.Post("/upload", protect(account_verifier(), upload));
    const int port = test.start();
    const std::string multipart = "Content-Type: multipart/form-data; boundary=b\r\n";
    const std::string body = "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n" + evil + "\r\n--b--\r\n";
    {
        SocketClient client{port};
        client.send(post_head(multipart, body.size()));
        test.head_was_read.acquire();
        CHECK(client.ask(body).status == 401);
        CHECK(client.ask(get("/next")).body == "next");
        test.head_was_read.acquire();
    }
    for (const std::string& type : {multipart, std::string{"Content-Type: multipart/form-data\r\n"}}) {
        SocketClient client{port};
        client.send(post_head(type, 2 * evil.size()));
        test.head_was_read.acquire();
        CHECK(client.ask(evil + evil).status == 401);
        client.send(evil);
        CHECK(client.is_closed());
    }
    CHECK(test.evil_requests == 0);
}

TEST_CASE("cpp-httplib: a refused chunked upload is read") {
    TestServer test;
    test.server.Post("/upload", protect(account_verifier(), upload));
    SocketClient client{test.start()};
    client.send("POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    test.head_was_read.acquire();
    CHECK(client.ask("5\r\nhello\r\n0\r\n\r\n").status == 401);
    CHECK(client.ask(get("/next")).body == "next");
}

TEST_CASE("cpp-httplib: many clients at once") {
    TestServer test;
    test.server.Get("/me", protect(account_verifier(), greet));
    const int port = test.start();
    const std::string known = get("/me", bearer(account_token()));
    std::atomic<int> right = 0;
    std::vector<std::thread> clients;
    for (int number = 0; number < 4; ++number) {
        clients.emplace_back([&] {
            SocketClient client{port};
            for (int round = 0; round < 25; ++round) {
                right += client.ask(known).status == 200 && client.ask(get("/me")).status == 401 ? 1 : 0;
            }
        });
    }
    for (std::thread& client : clients) client.join();
    CHECK(right == 100);
}

TEST_CASE("cpp-httplib: the list of requests") {
    TestServer server;
    server.server.Get(
        "/me", protect(account_verifier(), [](const Verified<AccountClaims>& who, const Request&, Response& response) {
            response.set_content("hello " + who->sub, "text/plain");
        }));
    server.server.Get("/orders",
                      protect(account_verifier(),
                              [](const credence::Granted<AccountClaims, "orders:write">& who, const Request&,
                                 Response& response) { response.set_content("hello " + who->sub, "text/plain"); }));
    support::ask_nineteen_requests(server.start());
}
