// SPDX-License-Identifier: MIT
// The HTTP server: accepts connections on the loopback, and serves each by a coroutine.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <string>
#include <utility>  // Boost 1.74 needs it before asio

#include "connections.hpp"
#include "router.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>

namespace support::beast {

/// Accepts connections, and lets several threads serve them, each on a strand of its own.
class Server {
public:
    /// Listens; accepts nothing yet. \throws support::StartError when the port cannot be had.
    explicit Server(int port);
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() = default;

    /// Add the routes before `run`.
    [[nodiscard]] Router& routes() noexcept { return router_; }
    /// Of the threads that serve.
    [[nodiscard]] asio::any_io_executor executor() { return context_.get_executor(); }
    [[nodiscard]] int port() const { return acceptor_.local_endpoint().port(); }

    /// Serves until SIGINT or SIGTERM.
    ///
    /// \param on_listening  is called after the address is printed, with the URL.
    void run(const std::function<void(const std::string& url)>& on_listening = [](const std::string&) {});

private:
    void serve_until_stopped();
    void accept();
    asio::awaitable<void> accept_all();
    asio::awaitable<void> accept_one();

    Router router_ = {};  // this and the connections outlive the coroutines, which go with the context
    Connections connections_{ConnectionLimits{}};
    std::atomic<bool> is_accepting_ = false;
    asio::io_context context_;
    asio::ip::tcp::acceptor acceptor_;
    asio::signal_set signals_{context_, SIGINT, SIGTERM};
};

}  // namespace support::beast
