// SPDX-License-Identifier: MIT
// Connections, each a coroutine on a strand of its own.
#include "server.hpp"

#include <array>
#include <csignal>
#include <cstdint>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "../json_body.hpp"
#include "../json_log.hpp"
#include "../options.hpp"
#include "connection.hpp"
#include "event_loop.hpp"
#include "log_exception.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace support::beast {
namespace {

using asio::ip::tcp;

tcp::acceptor listen(asio::io_context& context, int port) {
    try {
        return tcp::acceptor{context, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}};
    } catch (const boost::system::system_error&) {
        throw support::StartError{"cannot listen at 127.0.0.1:" + std::to_string(port) + "; is the port taken?"};
    }
}

void write_log(const Router& router, const Exchange& exchange, const Response& response) {
    const bool is_known = http::string_to_verb(beast_view(exchange.method())) != http::verb::unknown;
    support::log(response.result_int() >= 500 ? "error" : "info", "request",
                 {{"method", is_known ? exchange.method() : "?"},
                  {"path", router.name_of(exchange.path())},
                  {"status", response.result_int()},
                  {"reason", exchange.reason()}});
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

asio::awaitable<void> serve_requests(const Router& router, Connection& connection) {
    support::RequestParser parser;
    bool goes_on = true;
    while (goes_on) {
        Exchange exchange{connection, parser};
        Response response = co_await answer(router, exchange);
        write_log(router, exchange, response);
        co_await exchange.send(std::move(response));
        goes_on = exchange.may_go_on();
    }
    co_await connection.close_gently();
}

/// No exception leaves this coroutine, because it must not affect another connection or end the server.
asio::awaitable<void> serve_connection(const Router& router, std::shared_ptr<Connection> connection) {
    try {
        co_await serve_requests(router, *connection);
    } catch (const ConnectionEnded&) {  // NOLINT(bugprone-empty-catch)
    } catch (...) {
        log_exception("connection_failed");
    }
}

}  // namespace

Server::Server(int port) : acceptor_(listen(context_, port)) {
    signals_.async_wait([this](const boost::system::error_code&, int) { context_.stop(); });
}

void Server::run(const std::function<void(const std::string& url)>& on_listening) {
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    const std::string url = "http://127.0.0.1:" + std::to_string(port());
    std::cout << "listening at " << url << std::endl;
    on_listening(url);
    std::array<std::jthread, 3> others;
    const std::shared_ptr<void> stop{nullptr, [this](void*) { context_.stop(); }};  // ends the other threads too
    for (auto& other : others) other = std::jthread{[this] { serve_until_stopped(); }};
    serve_until_stopped();
}

/// Restarts the coroutine that accepts connections if it has failed.
void Server::serve_until_stopped() {
    run_until_stopped(context_, [this] { accept(); });
}

/// Starts to accept connections, unless it already does.
void Server::accept() {
    if (is_accepting_.exchange(true)) return;
    const std::shared_ptr<void> until_end{nullptr, [this](void*) { is_accepting_ = false; }};
    asio::co_spawn(
        context_, [this, until_end] { return accept_all(); },
        [](const std::exception_ptr& error) {
            if (error) std::rethrow_exception(error);
        });
}

asio::awaitable<void> Server::accept_all() {
    asio::steady_timer pause{context_};
    while (true) {
        try {
            co_await accept_one();
            continue;
        } catch (...) {  // for example too many open files: other connections will end
            log_exception("accept_failed");
        }
        pause.expires_after(pause_after_failure);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

asio::awaitable<void> Server::accept_one() {
    tcp::socket socket = co_await acceptor_.async_accept(asio::make_strand(context_), asio::use_awaitable);
    boost::system::error_code ignored;
    ignored = socket.set_option(tcp::no_delay{true}, ignored);
    const auto executor = socket.get_executor();
    auto connection = connections_.add(std::move(socket));
    if (connection) asio::co_spawn(executor, serve_connection(router_, std::move(connection)), asio::detached);
}

}  // namespace support::beast
