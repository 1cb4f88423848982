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

    /// From now on, all waiting for this client together takes at most so long.
    void set_time_limit(std::chrono::seconds limit);

    /// Waits for bytes. They stay until the next call. \throws ConnectionEnded
    asio::awaitable<std::string_view> receive();
    /// \throws ConnectionEnded
    asio::awaitable<void> send(std::string_view bytes);
    asio::awaitable<void> send(Response& response);

    /// Ends the connection such that the client still sees the last answer: bytes that nobody read would make the
    /// system reset the connection, and drop what is on its way. \throws ConnectionEnded
    asio::awaitable<void> close_gently();

    /// Since when the client is waited for: from its last time limit on. Nullopt while its request is handled. Any thread
    /// may ask.
    [[nodiscard]] std::optional<Clock::time_point> waiting_since() const noexcept;
    /// Ends all waiting for the client. Any thread may call it.
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
