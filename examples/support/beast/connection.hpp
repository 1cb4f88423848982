// SPDX-License-Identifier: MIT
// A client's connection, with a time limit for each wait.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>  // Boost 1.74 needs it before asio

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace support::beast {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using Response = http::response<http::string_body>;

/// The client closed the connection, or took too long: there is nobody to answer.
class ConnectionEnded : public std::exception {};

class Connection : public std::enable_shared_from_this<Connection> {
public:
    using Clock = std::chrono::steady_clock;

    explicit Connection(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}

    /// From now on, all waits for this client together take at most this long.
    void set_time_limit(std::chrono::seconds limit);

    /// Waits for bytes. They stay until the next call. \throws ConnectionEnded
    asio::awaitable<std::string_view> receive();
    /// \throws ConnectionEnded
    asio::awaitable<void> send(std::string_view bytes);
    asio::awaitable<void> send(Response& response);

    /// Ends the connection so that the client still gets the last answer: unread bytes would make the system reset the
    /// connection, and drop the answer on its way. \throws ConnectionEnded
    asio::awaitable<void> close_gently();

    /// The time since which the server has been waiting for the client; nullopt while its request is handled. Any
    /// thread may call it.
    [[nodiscard]] std::optional<Clock::time_point> waiting_since() const noexcept;
    /// Ends all waits for the client. Any thread may call it.
    void close_soon();

    /// Answers that there is no room for another connection.
    void turn_away();

private:
    class Waiting;

    boost::beast::tcp_stream stream_;
    std::array<char, std::size_t{8} * 1024> received_ = {};
    std::atomic<Clock::time_point> limited_at_ = Clock::now();
    std::atomic<bool> is_waiting_ = false;
};

}  // namespace support::beast
