// SPDX-License-Identifier: MIT
// Reads a request, as far as needed, and sends the answer.
#include "exchange.hpp"

#include <chrono>
#include <utility>

#include "../json_body.hpp"

namespace support::beast {
namespace {

constexpr std::chrono::seconds most_idle{20};
constexpr std::chrono::seconds most_head_time{10};
constexpr std::chrono::seconds most_body_time{20};
constexpr std::chrono::seconds most_answer_time{20};

Response answer(unsigned status, std::string_view type, std::string body) {
    Response response{static_cast<http::status>(status), 11};
    if (!type.empty()) response.set(http::field::content_type, beast_view(type));
    response.body() = std::move(body);
    return response;
}

}  // namespace

asio::awaitable<void> Exchange::read_head() {
    if (!parser_.has_begun()) {
        connection_.set_time_limit(most_idle);
        parser_.append(co_await connection_.receive());
    }
    connection_.set_time_limit(most_head_time);
    co_await advance(false);
}

asio::awaitable<Request> Exchange::read_request() {
    connection_.set_time_limit(most_body_time);
    if (!is_read_ && parser_.expects_continue()) co_await connection_.send("HTTP/1.1 100 Continue\r\n\r\n");
    co_await advance(true);
    if (body_.size() > support::most_body_bytes)
        throw support::Refusal{413, "The body of a request has at most 64 KiB"};
    co_return Request{head_, std::move(body_)};
}

/// Reads at least to the end of the head.
asio::awaitable<void> Exchange::advance(bool to_the_end) {
    if (is_read_) co_return;
    while (!parser_.advance()) {
        if (!to_the_end && parser_.has_head()) {
            head_ = head_of(parser_.request());
            co_return;
        }
        parser_.append(co_await connection_.receive());
    }
    support::WholeRequest request = parser_.take();
    keeps_alive_ = !request.is_last;
    if (request.refused.status != 0) throw support::Refusal{request.refused.status, request.refused.reason};
    head_ = head_of(request);
    body_ = std::move(request.body);
    is_read_ = true;
}

/// The request as Beast's type. Beast's own parser is not used, because it accepts more than RFC 9112 does.
Head Exchange::head_of(const support::WholeRequest& request) {
    Head head;
    head.method_string(beast_view(request.method));
    head.target(beast_view(request.target));
    for (const auto& [name, value] : request.fields) head.insert(beast_view(name), beast_view(value));
    return head;
}

asio::awaitable<void> Exchange::send(Response response) {
    response.version(11);
    response.keep_alive(may_go_on());
    response.set("X-Content-Type-Options", "nosniff");
    response.set(http::field::cache_control, "no-store");
    if (response.result() != http::status::no_content) response.prepare_payload();
    if (method() == "HEAD") response.body().clear();  // the length stays that of the body
    connection_.set_time_limit(most_answer_time);
    co_await connection_.send(response);
}

Response text_answer(unsigned status, std::string_view text) { return answer(status, "text/plain", std::string{text}); }

Response json_answer(unsigned status, std::string json) { return answer(status, "application/json", std::move(json)); }

Response empty_answer() { return answer(204, {}, {}); }

}  // namespace support::beast
