// SPDX-License-Identifier: MIT
// Routes. A guarded one is made from a handler that takes a proof, and there is no other way to call it.
#pragma once

#include <credence/http/cross_origin.hpp>
#include <credence/http/rejection.hpp>
#include <credence/stacks/beast.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "exchange.hpp"
#include "login.hpp"

namespace todos {

using Route = std::function<asio::awaitable<Response>(Exchange&)>;

/// The answer to a request whose credentials or origin were refused: the connection ends, for its body was not read.
[[nodiscard]] Response refuse(const credence::Rejection& rejection, Exchange& exchange);

namespace detail {

/// Everything by value: a coroutine outlives the call that started it.
template <class Handler>
asio::awaitable<Response> answer_guarded(Login login, Handler handler, Exchange& exchange) {
    const Proof who = co_await login(exchange.head());
    if (!who) co_return refuse(who.error(), exchange);
    Request request = co_await exchange.read_request();
    co_return co_await handler(*who, std::move(request));
}

template <class Handler>
asio::awaitable<Response> answer_open(Handler handler, Exchange& exchange) {
    const auto allowed = credence::check_origin(exchange.head(), origin_rules());
    if (!allowed) co_return refuse(allowed.error(), exchange);
    Request request = co_await exchange.read_request();
    co_return co_await handler(std::move(request));
}

}  // namespace detail

/// A route for `asio::awaitable<Response> handler(Verified<Claims> who, Request request)`.
///
/// The proof comes from the head, before a byte of the body is read. The handler takes it by value: a reference would
/// dangle when the handler is suspended.
template <class Handler>
[[nodiscard]] Route guarded(const Login& login, Handler handler) {
    return [login, handler](Exchange& exchange) { return detail::answer_guarded(login, handler, exchange); };
}

/// A route for everybody: `asio::awaitable<Response> handler(Request request)`. It changes nothing for a page of another
/// site: a form there could log its visitors in as somebody else.
template <class Handler>
[[nodiscard]] Route open(Handler handler) {
    return [handler](Exchange& exchange) { return detail::answer_open(handler, exchange); };
}

/// Which route answers what.
class Router {
public:
    /// \param path  compared whole; one that ends with `/*` stands for all that have one more segment.
    void add(const std::string& method, const std::string& path, Route route);

    /// Answers a request whose head was read, also when nothing is there or something goes wrong.
    asio::awaitable<Response> answer(Exchange& exchange) const;

    /// The path of a route, for the log: a path that is not ours is a client's text, and may hold anything.
    [[nodiscard]] std::string_view name_of(std::string_view path) const;

private:
    using Methods = std::map<std::string, Route, std::less<>>;

    using Table = std::map<std::string, Methods, std::less<>>;

    [[nodiscard]] Table::const_iterator find(std::string_view path) const;

    Table routes_ = {};
};

}  // namespace todos
