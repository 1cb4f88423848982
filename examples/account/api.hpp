// SPDX-License-Identifier: MIT
// The routes of the account service.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "attempts.hpp"
#include "cookies.hpp"
#include "passwords.hpp"
#include "server.hpp"
#include "sessions.hpp"
#include "settings.hpp"
#include "stores.hpp"
#include "tokens.hpp"

namespace account {

/// Somebody who is logged in, and exists.
struct Visitor {
    const LoginProof& proof;
    User user;
};

class Api {
public:
    Api(const Settings& settings, Stores stores);

    void add_to(Server& server);
    [[nodiscard]] const LoginCookies& cookies() const noexcept { return cookies_; }

private:
    using GuardedHandler = std::function<void(const Visitor&, const Call&, httplib::Response&)>;

    /// Lets only those through who are logged in, and whose account still exists.
    [[nodiscard]] Handler guarded(GuardedHandler handler);

    // api_auth.cpp
    void register_user(const Call& call, httplib::Response& response);
    void log_in(const Call& call, httplib::Response& response);
    void refresh(const Call& call, httplib::Response& response);
    void log_out(const Visitor& visitor, const Call& call, httplib::Response& response);
    void log_out_everywhere(const Visitor& visitor, const Call& call, httplib::Response& response);
    [[nodiscard]] credence::Result<Session> renew(const std::string& refresh_token);
    void give(const Session& session, bool in_body, httplib::Response& response) const;
    /// \throws Refusal  503, and then the attempt does not count
    [[nodiscard]] bool has_password(const std::optional<User>& user, const std::string& password,
                                    Attempts::Attempt& attempt);
    void rehash(User& user, const std::string& password);

    // api_users.cpp
    void health(const Call& call, httplib::Response& response);
    void me(const Visitor& visitor, const Call& call, httplib::Response& response);
    void login(const Visitor& visitor, const Call& call, httplib::Response& response);
    void change_password(const Visitor& visitor, const Call& call, httplib::Response& response);
    void list_users(const Visitor& visitor, const Call& call, httplib::Response& response);

    Stores stores_;
    Tokens tokens_;
    Sessions sessions_;
    LoginCookies cookies_;
    std::string client_origin_;
    Passwords passwords_{};
    Attempts attempts_ = {};
};

}  // namespace account
