// SPDX-License-Identifier: MIT
// Connections, each a coroutine on a strand of its own.
#include "server.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "../support/json_body.hpp"
#include "../support/json_log.hpp"
#include "../support/options.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

namespace todos {
namespace {

using asio::ip::tcp;

void write_log(const Router& router, const Exchange& exchange, const Response& response) {
    support::log(response.result_int() >= 500 ? "error" : "info", "request",
                 {{"method", http::string_to_verb(exchange.method()) == http::verb::unknown ? "?" : exchange.method()},
                  {"path", router.name_of(exchange.path())},
                  {"status", response.result_int()},
                  {"reason", exchange.reason()}});
}

/// Ends a connection such that the client still sees the last answer: bytes that nobody read would make the system
/// reset the connection, and drop what is on its way.
asio::awaitable<void> close_gently(boost::beast::tcp_stream& stream) {
    boost::system::error_code ignored;
    ignored = stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(std::chrono::seconds{2});
    std::array<char, 4096> bytes{};
    std::size_t dropped = 0;
    while (dropped < 4 * Exchange::most_body_bytes) {
        const auto [problem, size] = co_await stream.async_read_some(asio::buffer(bytes), awaited);
        if (problem) break;
        dropped += size;
    }
}

asio::awaitable<Response> answer(const Router& router, Exchange& exchange) {
    std::optional<support::Refusal> refused;
    try {
        co_await exchange.read_head();
    } catch (const support::Refusal& refusal) {
        refused = refusal;
    }
    if (!refused) co_return co_await router.answer(exchange);
    exchange.note_reason(refused->what());
    co_return json_answer(static_cast<unsigned>(refused->status()),
                          support::json_text(nlohmann::json{{"error", refused->what()}}));
}

asio::awaitable<void> serve_connection(const Router& router, boost::beast::tcp_stream stream) {
    boost::beast::flat_buffer buffer;
    try {
        bool goes_on = true;
        while (goes_on) {
            Exchange exchange{stream, buffer};
            Response response = co_await answer(router, exchange);
            write_log(router, exchange, response);
            co_await exchange.send(std::move(response));
            goes_on = exchange.may_go_on();
        }
    } catch (const ConnectionEnded&) {  // NOLINT(bugprone-empty-catch)
        co_return;
    }
    co_await close_gently(stream);
}

asio::awaitable<void> accept(const Router& router, tcp::acceptor& acceptor) {
    while (true) {
        auto [problem, socket] = co_await acceptor.async_accept(asio::make_strand(acceptor.get_executor()), awaited);
        if (problem) {  // too many open files, perhaps: others will be closed
            asio::steady_timer pause{acceptor.get_executor(), std::chrono::milliseconds{50}};
            co_await pause.async_wait(awaited);
            continue;
        }
        const auto executor = socket.get_executor();
        problem = socket.set_option(tcp::no_delay{true}, problem);
        asio::co_spawn(executor, serve_connection(router, boost::beast::tcp_stream{std::move(socket)}),
                       [](const std::exception_ptr&) {});
    }
}

tcp::acceptor listen(asio::io_context& context, int port) {
    try {
        return tcp::acceptor{context, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}};
    } catch (const boost::system::system_error&) {
        throw support::StartError{"cannot listen at 127.0.0.1:" + std::to_string(port) + "; is the port taken?"};
    }
}

}  // namespace

void serve(const Router& router, int port) {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    asio::io_context context;
    asio::signal_set signals{context, SIGINT, SIGTERM};
    tcp::acceptor acceptor = listen(context, port);
    signals.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
    asio::co_spawn(context, accept(router, acceptor), [](const std::exception_ptr&) {});
    std::cout << "listening at http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    std::array<std::jthread, 3> others;
    for (auto& other : others) other = std::jthread{[&context] { context.run(); }};
    context.run();
}

}  // namespace todos
