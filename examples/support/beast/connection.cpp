// SPDX-License-Identifier: MIT
// Reading and writing on the connection of a client.
#include "connection.hpp"

#include <cstddef>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

namespace support::beast {
/// Marks the time in which the server waits for the client.
class Connection::Waiting {
public:
    explicit Waiting(Connection& connection) : connection_(connection) { connection_.is_waiting_ = true; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { connection_.is_waiting_ = false; }

private:
    Connection& connection_;
};

void Connection::set_time_limit(std::chrono::seconds limit) {
    stream_.expires_after(limit);
    limited_at_ = Clock::now();
}

asio::awaitable<std::string_view> Connection::receive() {
    const Waiting waiting{*this};
    try {
        const std::size_t size = co_await stream_.async_read_some(asio::buffer(received_), asio::use_awaitable);
        co_return std::string_view{received_.data(), size};
    } catch (const boost::system::system_error&) {
        throw ConnectionEnded{};
    }
}

asio::awaitable<void> Connection::send(std::string_view bytes) {
    const Waiting waiting{*this};
    try {
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        throw ConnectionEnded{};
    }
}

asio::awaitable<void> Connection::send(Response& response) {
    const Waiting waiting{*this};
    try {
        co_await http::async_write(stream_, response, asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        throw ConnectionEnded{};
    }
}

asio::awaitable<void> Connection::close_gently() {
    constexpr std::size_t most_reads = 64;
    boost::system::error_code ignored;
    ignored = stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    set_time_limit(std::chrono::seconds{2});
    for (std::size_t reads = 0; reads < most_reads; ++reads) co_await receive();
}

std::optional<Connection::Clock::time_point> Connection::waiting_since() const noexcept {
    return is_waiting_ ? std::optional{limited_at_.load()} : std::nullopt;
}

void Connection::close_soon() {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->stream_.close(); });
}

void Connection::turn_away() {
    constexpr std::string_view answer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";
    boost::system::error_code ignored;  // the client then gets no answer
    ignored = stream_.socket().non_blocking(true, ignored);
    stream_.socket().send(asio::buffer(answer.data(), answer.size()), 0, ignored);
    ignored = stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace support::beast
