// SPDX-License-Identifier: MIT
// One request and its answer, on a connection. The head is read at once; the body is read on demand.
#pragma once

#include <string>
#include <string_view>
#include <utility>  // Boost 1.74 needs it before asio

#include "../request_parser.hpp"
#include "connection.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace support::beast {

using Head = http::request_header<>;
using Request = http::request<http::string_body>;

/// Beast's string view as the standard library's.
[[nodiscard]] inline std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }
[[nodiscard]] inline boost::beast::string_view beast_view(std::string_view text) { return {text.data(), text.size()}; }

class Exchange {
public:
    /// \param parser  keeps the bytes after this request for the next one
    Exchange(Connection& connection, support::RequestParser& parser) : connection_(connection), parser_(parser) {}

    /// Reads the head, and the part of the body that came with it. \throws support::Refusal  400 or 431 \throws
    /// ConnectionEnded
    asio::awaitable<void> read_head();
    /// Reads the body too, and returns the request. \throws support::Refusal  400, 413 or 431 \throws ConnectionEnded
    asio::awaitable<Request> read_request();
    asio::awaitable<void> send(Response response);

    [[nodiscard]] const Head& head() const { return head_; }
    [[nodiscard]] std::string_view method() const { return view(head_.method_string()); }
    /// The path alone, without a query.
    [[nodiscard]] std::string_view path() const {
        return view(head_.target()).substr(0, view(head_.target()).find('?'));
    }

    /// Whether another request may follow on this connection: only if this one was read to its end. Otherwise the rest
    /// of it could be taken for the next request.
    [[nodiscard]] bool may_go_on() const noexcept { return is_read_ && keeps_alive_; }
    void end_connection() noexcept { keeps_alive_ = false; }

    /// The reason of a refusal, for the line in the log.
    void note_reason(std::string_view reason) { reason_ = reason; }
    [[nodiscard]] std::string_view reason() const { return reason_; }

private:
    asio::awaitable<void> advance(bool to_the_end);
    [[nodiscard]] static Head head_of(const support::WholeRequest& request);

    Connection& connection_;
    support::RequestParser& parser_;
    Head head_ = {};
    std::string body_ = {};
    std::string reason_ = {};
    bool is_read_ = false;
    bool keeps_alive_ = true;
};

/// An answer of plain text, of JSON, or of nothing.
[[nodiscard]] Response text_answer(unsigned status, std::string_view text);
[[nodiscard]] Response json_answer(unsigned status, std::string json);
[[nodiscard]] Response empty_answer();

}  // namespace support::beast
