// SPDX-License-Identifier: MIT
// The front of the example servers on cpp-httplib, with small limits: which connections are refused or closed, and how
// it stops.
#include "../../examples/support/whole_request_server.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>

#include "support/catch.hpp"
#include "support/socket_client.hpp"

using httplib::Request;
using httplib::Response;
using support::ConnectionLimits;
using support::SocketClient;

namespace {

const std::string get_fast = "GET /fast HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string get_slow = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string get_long = "GET /long HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string half_body =
    "POST /fast HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + std::string(30'000, 'x');
constexpr std::size_t long_body = std::size_t{32} * 1024 * 1024;

/// A server on a free port, until the end of the test. It answers `/slow` when the test releases `let_go`.
class TestServer {
public:
    explicit TestServer(const ConnectionLimits& limits = {}, std::size_t workers = 2) {
        server_.new_task_queue = [workers] { return new httplib::ThreadPool(workers); };
        server_.set_connection_limits(limits);
        server_.Get("/fast", [](const Request&, Response& out) { out.set_content("fast", "text/plain"); });
        server_.Get("/long",
                    [](const Request&, Response& out) { out.set_content(std::string(long_body, 'x'), "a/b"); });
        server_.Get("/slow", [this](const Request&, Response& out) {
            has_begun.release();
            let_go.acquire();
            out.set_content("slow", "text/plain");
        });
        server_.Get("/throw", [](const Request&, Response&) { throw 7; });
        server_.Get("/throw-late", [](const Request&, Response& out) { out.set_header("X-Late", "yes"); });
        server_.set_post_routing_handler([](const Request&, const Response& out) {
            if (out.has_header("X-Late")) throw 7;  // cpp-httplib does not catch it
        });
        server_.set_exception_handler([](const Request&, Response& out, const auto&) { out.status = 500; });
        server_.set_error_handler([](const Request& in, Response& out) {
            if (in.path.empty()) out.set_content(out.reason, "text/plain");
        });
        port = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.run(); });
    }
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;
    ~TestServer() {
        let_go.release(100);
        stop();
        wait_for_end();
    }

    void stop() { server_.stop(); }
    void wait_for_end() {
        if (thread_.joinable()) thread_.join();
    }

    int port = 0;
    std::counting_semaphore<> has_begun{0};
    std::counting_semaphore<> let_go{0};

private:
    support::WholeRequestServer server_ = {};
    std::thread thread_ = {};
};

}  // namespace

TEST_CASE("a request beyond the limit of waiting requests is answered 503 at once, and the others are served") {
    TestServer server{{.requests = 3}, 1};
    SocketClient first{server.port}, second{server.port}, third{server.port}, fourth{server.port};
    first.send(get_slow);
    server.has_begun.acquire();
    second.send(get_slow);
    third.send(get_fast);
    // Requests are read in the order in which they came.
    const auto refused = SocketClient{server.port}.ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    CHECK(refused.status == 503);
    CHECK(refused.field("retry-after") == "1");
    CHECK(refused.field("connection") == "close");
    CHECK(refused.body == "too many requests at this moment");
    server.let_go.release(2);
    CHECK(first.receive().body == "slow");
    CHECK(second.receive().body == "slow");
    CHECK(third.receive().body == "fast");
    CHECK(fourth.ask(get_fast).body == "fast");
}

TEST_CASE("requests of one connection are answered in order, whatever their packets") {
    TestServer server;
    SocketClient client{server.port};
    client.send(get_slow + get_fast + get_slow + get_fast);
    server.let_go.release(2);
    for (const std::string expected : {"slow", "fast", "slow", "fast"}) CHECK(client.receive().body == expected);
    client.send(get_fast);
    client.finish();
    CHECK(client.receive().body == "fast");
    CHECK(client.is_closed());
}

TEST_CASE("a new connection replaces the connection that was idle longest") {
    TestServer server{{.connections = 3}};
    SocketClient first{server.port}, second{server.port}, third{server.port};
    for (SocketClient* client : {&second, &third, &first}) CHECK(client->ask(get_fast).status == 200);
    SocketClient fourth{server.port};
    CHECK(fourth.ask(get_fast).status == 200);
    CHECK(second.is_closed());
    for (SocketClient* client : {&first, &third}) CHECK(client->ask(get_fast).status == 200);
}

TEST_CASE("each address has a limit of connections") {
    TestServer server{{.connections = 9, .connections_of_address = 1}};
    SocketClient first{server.port};
    CHECK(first.ask(get_fast).status == 200);
    SocketClient second{server.port};
    CHECK(second.ask(get_fast).status == 200);
    CHECK(first.is_closed());
}

TEST_CASE("a connection with a request in work is not replaced") {
    TestServer server{{.connections = 1}};
    SocketClient first{server.port};
    first.send(get_slow);
    server.has_begun.acquire();
    CHECK(SocketClient{server.port}.ask(get_fast).status == 0);
    server.let_go.release();
    CHECK(first.receive().body == "slow");
    CHECK(SocketClient{server.port}.ask(get_fast).status == 200);
}

TEST_CASE("all incomplete requests together hold no more bytes than the limit") {
    TestServer server{{.bytes = 100'000}};
    std::deque<SocketClient> clients;
    for (int count = 0; count < 4; ++count) clients.emplace_back(server.port).send(half_body);
    // One of them was closed: the one that the server read last.
    SocketClient other{server.port};
    CHECK(other.ask(get_fast).status == 200);
    int ended = 0, answered = 0;
    for (SocketClient& client : clients) {
        client.send(std::string(30'000, 'x'));
        client.receive().status == 0 ? ++ended : ++answered;
    }
    CHECK(ended > 0);
    CHECK(ended + answered == 4);
}

TEST_CASE("a request that exceeds the limit on bytes ends only its own connection") {
    TestServer server{{.bytes = 60}};
    for (int count = 0; count < 3; ++count) {
        SocketClient client{server.port}, other{server.port};
        client.send("POST /fast HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'));
        CHECK(client.is_closed());
        CHECK(other.ask(get_fast).status == 200);
    }
}

TEST_CASE("a client that does not read is disconnected, and delays no other client") {
    TestServer server{{.answer = std::chrono::seconds{1}}, 1};
    SocketClient reader{server.port}, other{server.port};
    reader.send(get_long + get_fast);
    CHECK(other.ask(get_fast).status == 200);
    std::this_thread::sleep_for(std::chrono::milliseconds{2500});  // only waiting makes it late
    const auto answer = reader.receive();
    CHECK(answer.body.size() < long_body);
    CHECK(reader.is_closed());
}

TEST_CASE("a client that reads slowly gets a long answer completely") {
    TestServer server;
    SocketClient reader{server.port};
    CHECK(reader.ask(get_long).body.size() == long_body);
    CHECK(reader.ask(get_fast).status == 200);
}

TEST_CASE("a request that takes too long is answered 408, a connection that is silent is closed") {
    TestServer server{
        {.idle = std::chrono::seconds{1}, .head = std::chrono::seconds{1}, .body = std::chrono::seconds{1}}};
    SocketClient silent{server.port}, in_head{server.port}, in_body{server.port};
    in_head.send("GET /fast HTTP/1.1\r\nHost:");
    in_body.send(half_body);
    for (SocketClient* client : {&in_head, &in_body}) {
        const auto answer = client->receive();
        CHECK(answer.status == 408);
        CHECK(answer.field("connection") == "close");
        CHECK(client->is_closed());
    }
    CHECK(silent.is_closed());
}

TEST_CASE("an exception in a handler ends only its own request") {
    TestServer server;
    SocketClient client{server.port};
    CHECK(client.ask("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n").status == 500);
    CHECK(client.ask(get_fast).status == 200);
    CHECK(client.ask("GET /throw-late HTTP/1.1\r\nHost: x\r\n\r\n").status == 0);
    CHECK(SocketClient{server.port}.ask(get_fast).status == 200);
}

TEST_CASE("a stop answers the requests in work, refuses the waiting ones, and closes other connections") {
    TestServer server{{}, 1};
    SocketClient idle{server.port}, begun{server.port}, waiting{server.port}, half{server.port};
    CHECK(idle.ask(get_fast).status == 200);
    half.send(half_body);
    begun.send(get_slow);
    server.has_begun.acquire();
    waiting.send(get_slow);
    CHECK(SocketClient{server.port}.ask("smuggled\r\n\r\n").status == 400);  // so the loop has read all before it
    server.stop();
    CHECK(idle.is_closed());
    CHECK(half.is_closed());
    server.let_go.release(2);
    CHECK(begun.receive().body == "slow");
    CHECK(waiting.receive().status == 503);
    server.wait_for_end();
    CHECK_THROWS(SocketClient{server.port});
}

TEST_CASE("a server that is stopped before it runs ends at once") {
    support::WholeRequestServer server;
    CHECK(server.bind_to_any_port("127.0.0.1") > 0);
    server.stop();
    server.run();
}

TEST_CASE("the answer for a client that has gone is dropped, and reaches no other client") {
    TestServer server;
    {
        SocketClient gone{server.port};
        gone.send(get_slow);
        server.has_begun.acquire();
    }
    SocketClient other{server.port};
    CHECK(other.ask(get_fast).body == "fast");
    server.let_go.release();
    CHECK(other.ask(get_fast).body == "fast");
}
