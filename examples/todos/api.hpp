// SPDX-License-Identifier: MIT
// The routes: a login, and the to-do list.
#pragma once

#include <credence/keys/keys.hpp>
#include <credence/transports/blocking_calls.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "../support/beast/router.hpp"
#include "routes.hpp"
#include "session_store.hpp"
#include "todo_list.hpp"

#include <boost/asio/thread_pool.hpp>

namespace todos {

/// With sessions the login starts one; without them it gives a token.
struct ApiOptions {
    credence::Keys<credence::HS256> keys;
    std::chrono::seconds token_lifetime{300};
    std::optional<Sessions> sessions = {};
};

class Api {
public:
    explicit Api(ApiOptions options);

    /// \param router  must not be used after this object is destroyed.
    void add_to(Router& router);

private:
    asio::awaitable<Response> hello(Request request);
    asio::awaitable<Response> log_in(Request request);
    asio::awaitable<Response> greet(Verified<Claims> who, Request request);
    asio::awaitable<Response> list(Verified<Claims> who, Request request);
    asio::awaitable<Response> add(Verified<Claims> who, Request request);
    asio::awaitable<Response> remove(Verified<Claims> who, Request request);
    asio::awaitable<Response> log_out(Verified<Claims> who, Request request);
    asio::awaitable<Response> log_out_everywhere(Verified<Claims> who, Request request);

    asio::awaitable<Response> start_session(std::string subject, std::string label);
    [[nodiscard]] Response give_token(const std::string& subject) const;

    ApiOptions options_;
    asio::thread_pool threads_{4};
    /// The calls to the store of the sessions. It may hang, and the threads that serve connections must not hang with
    /// it.
    credence::BlockingCalls calls_{threads_.get_executor(), {.max_calls = 64, .max_wait = std::chrono::seconds{2}}};
    TodoList todos_ = {};
    Login login_;
};

}  // namespace todos
