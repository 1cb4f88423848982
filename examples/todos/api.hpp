// SPDX-License-Identifier: MIT
// The routes: a login, and the list of what is to do.
#pragma once

#include <credence/keys/keys.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "router.hpp"
#include "session_store.hpp"
#include "store_thread.hpp"
#include "todo_list.hpp"

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

    /// \param router  must not outlive this object.
    void add_to(Router& router);

    /// Ends all waiting for the store of the sessions. Called when the event loop has stopped, while it is still there.
    void stop();

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
    std::optional<StoreThread> store_thread_ = {};
    TodoList todos_ = {};
    Login login_;
};

}  // namespace todos
