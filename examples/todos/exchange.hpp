// SPDX-License-Identifier: MIT
// One request and its answer, on a connection. The head is there from the start; the body is read when it is asked for.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

namespace todos {

namespace asio = boost::asio;
namespace http = boost::beast::http;

using Head = http::request_header<>;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

/// What Beast gives, as the standard library's view.
[[nodiscard]] inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// How an operation is awaited: its problem is given back, not thrown.
inline constexpr auto awaited = asio::as_tuple(asio::use_awaitable);

/// The client went away, or took too long: there is nobody to answer.
class ConnectionEnded : public std::exception {};

class Exchange {
public:
    static constexpr std::size_t most_head_bytes = std::size_t{8} * 1024;
    static constexpr std::size_t most_body_bytes = std::size_t{64} * 1024;

    Exchange(boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer);

    /// Reads the head. \throws support::Refusal  400, 413 or 431 \throws ConnectionEnded
    asio::awaitable<void> read_head();
    /// Reads the body too, and gives the request away. \throws support::Refusal  400 or 413 \throws ConnectionEnded
    asio::awaitable<Request> read_request();
    asio::awaitable<void> send(Response response);

    [[nodiscard]] const Head& head() const { return parser_.get().base(); }
    [[nodiscard]] std::string_view method() const { return method_; }
    /// The path alone, without a query.
    [[nodiscard]] std::string_view path() const { return path_; }

    /// Whether another request may follow on this connection: only when this one was read to its end.
    [[nodiscard]] bool may_go_on() const noexcept { return is_read_ && keeps_alive_; }
    void end_connection() noexcept { keeps_alive_ = false; }

    /// Why the request was refused, for its line in the log.
    void note_reason(std::string_view reason) { reason_ = reason; }
    [[nodiscard]] std::string_view reason() const { return reason_; }

private:
    void demand(const boost::system::error_code& problem);

    boost::beast::tcp_stream& stream_;
    boost::beast::flat_buffer& buffer_;
    http::request_parser<http::string_body> parser_ = {};
    std::string method_ = {};
    std::string path_ = {};
    std::string reason_ = {};
    bool is_read_ = false;
    bool keeps_alive_ = true;
};

/// An answer of plain text, of JSON, or of nothing.
[[nodiscard]] Response text_answer(unsigned status, std::string_view text);
[[nodiscard]] Response json_answer(unsigned status, std::string json);
[[nodiscard]] Response empty_answer();

}  // namespace todos
