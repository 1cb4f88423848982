// SPDX-License-Identifier: MIT
// Routes of this service. A guarded one is made from a handler that takes a proof, so it cannot be called without one.
#pragma once

#include <credence/http/cross_origin.hpp>
#include <credence/stacks/beast.hpp>

#include <utility>  // Boost 1.74 needs it before asio

#include "../support/beast/router.hpp"
#include "login.hpp"

#include <boost/asio/awaitable.hpp>

namespace todos {

namespace detail {

/// All parameters are values, because a coroutine outlives the call that started it.
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

}  // namespace todos
