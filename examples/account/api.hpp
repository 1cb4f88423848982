// SPDX-License-Identifier: MIT
// The routes of the account service.
#pragma once

#include <credence/http/first_of.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/result.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "../support/attempts.hpp"
#include "cookies.hpp"
#include "passwords.hpp"
#include "server.hpp"
#include "sessions.hpp"
#include "settings.hpp"
#include "stores.hpp"
#include "tokens.hpp"

namespace account {

/// A user who is logged in, and exists.
struct Visitor {
    const LoginProof& proof;
    User user;

    /// The login of this request.
    [[nodiscard]] credence::SubjectSession login() const { return {.subject = proof->sub, .handle = *proof->sid}; }
};

/// The input for a change of password.
struct NewPassword {
    std::string current = {};
    std::string wanted = {};
};

class Api {
public:
    Api(const Settings& settings, Stores stores);

    void add_to(Server& server);
    /// Ends work that could delay the end of the server: passwords in the queue for hashing. Their requests get 503.
    void stop() { passwords_.stop(); }
    [[nodiscard]] const LoginCookies& cookies() const noexcept { return cookies_; }
    /// The pages that may use the cookies: this server's own, and those of the client's origin.
    [[nodiscard]] const credence::CrossOrigin& pages() const noexcept { return pages_; }

private:
    using Proven = credence::Result<LoginProof, credence::Rejection>;
    using GuardedHandler = std::function<void(const Visitor&, const Call&, httplib::Response&)>;

    /// Admits only users who are logged in, and whose account still exists.
    [[nodiscard]] Handler guarded(GuardedHandler handler);
    /// The same, and programs with an API key.
    [[nodiscard]] Handler guarded_for_programs(GuardedHandler handler);
    /// Admits users whom `prove` accepts, if their account still exists.
    template <class Prove>
    [[nodiscard]] Handler guarded_by(const Prove& prove, GuardedHandler handler);
    /// The user, and the account. The use of a key is recorded; everything else is only read, and so from one state.
    template <class Prove>
    [[nodiscard]] std::pair<Proven, credence::Result<std::optional<User>>> look_up(const Prove& prove,
                                                                                   const Call& call);
    [[nodiscard]] Proven prove_login(const Call& call);
    [[nodiscard]] Proven prove_login_or_key(const Call& call);
    /// The route to log out by a link.
    [[nodiscard]] Handler log_out_by_link(const Handler& log_out) const;

    // api_auth.cpp
    void register_user(const Call& call, httplib::Response& response);
    void log_in(const Call& call, httplib::Response& response);
    void refresh(const Call& call, httplib::Response& response);
    void log_out(const Visitor& visitor, const Call& call, httplib::Response& response);
    void log_out_everywhere(const Visitor& visitor, const Call& call, httplib::Response& response);
    [[nodiscard]] credence::Result<Session> renew(const std::string& refresh_token, std::string_view user_agent);
    /// Whether a refusal of this refresh token means that its login is over.
    [[nodiscard]] bool is_over(const credence::Error& refusal, const std::string& refresh_token);
    void give(const Session& session, bool in_body, httplib::Response& response) const;
    /// \throws Refusal  503 if too many requests already have a turn
    [[nodiscard]] Passwords::Turn take_turn();
    /// \throws Refusal  503; the attempt then does not count
    [[nodiscard]] bool has_password(const Passwords::Turn& turn, const std::optional<User>& user,
                                    const std::string& password, support::Attempts::Attempt& attempt);
    void rehash(const Passwords::Turn& turn, User& user, const std::string& password);

    // api_users.cpp
    void health(const Call& call, httplib::Response& response);
    void me(const Visitor& visitor, const Call& call, httplib::Response& response);
    void login(const Visitor& visitor, const Call& call, httplib::Response& response);
    void change_password(const Visitor& visitor, const Call& call, httplib::Response& response);
    /// The hash of the new password, if the current one is right. \throws Refusal
    [[nodiscard]] std::string hash_in_place_of(const User& user, const NewPassword& passwords, const Call& call);
    void list_users(const Visitor& visitor, const Call& call, httplib::Response& response);

    // api_access.cpp
    void list_logins(const Visitor& visitor, const Call& call, httplib::Response& response);
    void end_login(const Visitor& visitor, const Call& call, httplib::Response& response);
    void end_other_logins(const Visitor& visitor, const Call& call, httplib::Response& response);
    void list_api_keys(const Visitor& visitor, const Call& call, httplib::Response& response);
    void make_api_key(const Visitor& visitor, const Call& call, httplib::Response& response);
    void revoke_api_key(const Visitor& visitor, const Call& call, httplib::Response& response);

    Stores stores_;
    std::shared_ptr<Logins> logins_;
    Tokens tokens_;
    Sessions sessions_;
    credence::ApiKeys<LoginClaims> api_keys_;
    credence::FirstOf<credence::ApiKeys<LoginClaims>, Tokens> keys_and_tokens_;
    LoginCookies cookies_;
    credence::CrossOrigin pages_;
    Passwords passwords_{};
    support::Attempts attempts_ = {};
};

}  // namespace account
