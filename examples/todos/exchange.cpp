// SPDX-License-Identifier: MIT
// Reading and writing HTTP/1.1 with Boost.Beast.
#include "exchange.hpp"

#include <chrono>
#include <utility>

#include "../support/json_body.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

namespace todos {
namespace {

constexpr std::chrono::seconds patience{20};

Response answer(unsigned status, std::string_view type, std::string body) {
    Response response{static_cast<http::status>(status), 11};
    if (!type.empty()) response.set(http::field::content_type, type);
    response.body() = std::move(body);
    return response;
}

}  // namespace

Exchange::Exchange(boost::beast::tcp_stream& stream, boost::beast::flat_buffer& buffer)
    : stream_(stream), buffer_(buffer) {
    parser_.header_limit(most_head_bytes);
    parser_.body_limit(most_body_bytes);
}

asio::awaitable<void> Exchange::read_head() {
    stream_.expires_after(patience);
    const auto [problem, size] = co_await http::async_read_header(stream_, buffer_, parser_, awaited);
    demand(problem);
    const auto method = parser_.get().method_string();
    const auto target = parser_.get().target();
    method_.assign(method.data(), method.size());
    path_.assign(target.data(), target.size());
    path_.resize((std::min)(path_.find('?'), path_.size()));
    is_read_ = parser_.is_done();
    keeps_alive_ = parser_.keep_alive();
}

asio::awaitable<Request> Exchange::read_request() {
    if (boost::beast::iequals(parser_.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on{http::status::continue_, 11};
        const auto [problem, size] = co_await http::async_write(stream_, go_on, awaited);
        demand(problem);
    }
    stream_.expires_after(patience);
    const auto [problem, size] = co_await http::async_read(stream_, buffer_, parser_, awaited);
    demand(problem);
    is_read_ = true;
    co_return parser_.release();
}

asio::awaitable<void> Exchange::send(Response response) {
    response.version(11);
    response.keep_alive(may_go_on());
    response.set("X-Content-Type-Options", "nosniff");
    response.set(http::field::cache_control, "no-store");
    if (response.result() != http::status::no_content) response.prepare_payload();
    if (method_ == "HEAD") response.body().clear();  // the length stays that of the body
    stream_.expires_after(patience);
    const auto [problem, size] = co_await http::async_write(stream_, response, awaited);
    if (problem) throw ConnectionEnded{};
}

/// Whatever is wrong, the rest of what came cannot be told from a next request: the connection ends.
void Exchange::demand(const boost::system::error_code& problem) {
    if (!problem) return;
    end_connection();
    if (problem == http::error::body_limit) throw support::Refusal{413, "The body of a request has at most 64 KiB"};
    if (problem == http::error::header_limit) throw support::Refusal{431, "The head of a request has at most 8 KiB"};
    const bool has_ended = problem == http::error::end_of_stream || problem == http::error::partial_message;
    const bool is_about_http = problem.category() == http::make_error_code(http::error::bad_method).category();
    if (has_ended || !is_about_http) throw ConnectionEnded{};
    throw support::Refusal{400, "The request is malformed"};
}

Response text_answer(unsigned status, std::string_view text) { return answer(status, "text/plain", std::string{text}); }

Response json_answer(unsigned status, std::string json) { return answer(status, "application/json", std::move(json)); }

Response empty_answer() { return answer(204, {}, {}); }

}  // namespace todos
