// SPDX-License-Identifier: MIT
// The routes: a login, and the list of what is to do.
#pragma once

#include <credence/keys/keys.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "router.hpp"
#include "sessions.hpp"
#include "todo_list.hpp"

namespace todos {

/// With a store the login starts a session; without one it gives a token.
struct ApiOptions {
    credence::Keys<credence::HS256> keys;
    std::chrono::seconds token_lifetime{300};
    std::shared_ptr<SessionStore> session_store = nullptr;
    SessionRules session_rules = {};
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

    asio::awaitable<Response> start_session(std::string subject);
    [[nodiscard]] Response give_token(const std::string& subject) const;

    ApiOptions options_;
    std::optional<Sessions> sessions_ = {};
    TodoList todos_ = {};
    Login login_;
};

}  // namespace todos
