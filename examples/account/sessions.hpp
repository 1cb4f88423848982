// SPDX-License-Identifier: MIT
// Logins: an access token and a refresh token that belong together, from their start to their end.
#pragma once

#include <credence/refresh.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "stores.hpp"
#include "tokens.hpp"

namespace account {

/// What a client is given.
struct Session {
    std::string token = {};
    std::string refresh_token = {};
    std::string family = {};  ///< Names the login; not for the client.
    std::string user_id = {};
};

/// How long tokens live.
struct Lifetimes {
    std::chrono::seconds token{3600};
    std::chrono::seconds refresh{604'800};
};

/// Starts, renews and ends logins. Threads share one.
class Sessions {
public:
    Sessions(const Stores& stores, Tokens tokens, Lifetimes lifetimes);

    /// A new login.
    [[nodiscard]] credence::Result<Session> start(const std::string& user_id);
    /// Whose refresh token this is, without using it.
    [[nodiscard]] credence::Result<std::string> owner_of(std::string_view refresh_token);
    /// Exchanges a refresh token. The errors are those of `credence::RefreshTokens::rotate`.
    [[nodiscard]] credence::Result<Session> renew(std::string_view refresh_token);
    /// Ends this login: its token is refused from now on, and its refresh tokens are dead.
    [[nodiscard]] credence::Result<void> end(const LoginProof& who);
    /// Ends the login that a refresh token is of.
    [[nodiscard]] credence::Result<void> end_login_of(std::string_view refresh_token);
    /// Ends all logins of a user up to this second.
    [[nodiscard]] credence::Result<void> end_all(const std::string& user_id);
    /// Ends a login that was just started and should not have been.
    [[nodiscard]] credence::Result<void> take_back(const Session& session);

private:
    /// A moment at which a token of this user may be issued.
    [[nodiscard]] credence::Result<credence::NumericDate> moment_for(const std::string& user_id);
    [[nodiscard]] credence::Result<Session> sign(const credence::RefreshToken& refresh,
                                                 credence::NumericDate issued_at);

    std::shared_ptr<RevocationStore> revocations_;
    std::shared_ptr<RefreshStore> families_;
    credence::RefreshTokens<RefreshStore> refresh_;
    Tokens tokens_;
    Lifetimes lifetimes_;
};

}  // namespace account
