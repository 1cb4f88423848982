// SPDX-License-Identifier: MIT
// Logins: an access token and a refresh token that belong together, from their start to their end.
#pragma once

#include <credence/opaque/refresh_tokens.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ended_logins.hpp"
#include "lifetimes.hpp"
#include "login_list.hpp"
#include "stores.hpp"
#include "tokens.hpp"

namespace account {

/// Who logs in, and with what.
struct Arrival {
    std::string user_id = {};
    std::string_view user_agent = {};
};

/// A refresh token as it comes back, and from whom.
struct Exchange {
    std::string refresh_token = {};
    std::string_view user_agent = {};
};

/// What a client is given.
struct Session {
    std::string token = {};
    std::string refresh_token = {};
    std::string family = {};  ///< Names the login; not for the client.
    std::string user_id = {};
};

/// A login whose access token may not be issued yet: those of its second are refused together with the others.
struct Replacement {
    credence::RefreshToken refresh;
    credence::NumericDate others_ended_at;
};

/// Starts, renews and ends logins. Threads share one.
class Sessions {
public:
    Sessions(const Stores& stores, Tokens tokens, const EndedLogins& ended_logins, Lifetimes lifetimes);

    /// A new login. Beyond the most that a user may have, the one that was not used for longest ends.
    [[nodiscard]] credence::Result<Session> start(const Arrival& arrival);
    /// Whose refresh token this is, without using it.
    [[nodiscard]] credence::Result<std::string> owner_of(std::string_view refresh_token);
    /// Exchanges a refresh token. The errors are those of `credence::RefreshTokens::rotate`.
    [[nodiscard]] credence::Result<Session> renew(const Exchange& exchange);
    /// Ends this login: each of its access tokens is refused from now on, and its refresh tokens are dead.
    [[nodiscard]] credence::Result<void> end(const LoginProof& who);
    /// Ends the login that a refresh token is of.
    [[nodiscard]] credence::Result<void> end_login_of(std::string_view refresh_token);
    /// Ends all logins of a user up to this second.
    [[nodiscard]] credence::Result<void> end_all(const std::string& user_id);
    /// Ends all logins of a user, and begins the one that takes their place. Whatever can fail is in this: it is for a
    /// transaction that changes the password, too.
    [[nodiscard]] credence::Result<Replacement> replace_all(const std::string& user_id);
    /// The session of a login that took the place of others. Waits for the second after their end.
    [[nodiscard]] credence::Result<Session> complete(const Replacement& login, std::string_view user_agent);
    /// Ends a login that was just started and should not have been.
    [[nodiscard]] credence::Result<void> take_back(const Session& session);

    /// Notes, to the minute, that a login was used.
    void note_use(const LoginProof& who, std::string_view user_agent);
    /// The logins of a user that go on, the one that was used last first.
    [[nodiscard]] credence::Result<std::vector<ListedLogin>> list(const std::string& user_id);
    /// Ends one login of a user by its handle. \return false if the user has none with this handle.
    [[nodiscard]] credence::Result<bool> end_one(const std::string& user_id, const std::string& handle);
    /// Ends all logins of this user but this one.
    [[nodiscard]] credence::Result<void> end_others(const LoginProof& who);

private:
    using Families = LoginStore<credence::AnyStore>;
    static constexpr std::size_t most_logins = 100;

    /// Ends a login, for good, and takes it from the list.
    [[nodiscard]] credence::Result<void> end_login(const std::string& user_id, const std::string& handle);
    /// Whether a login in the list goes on.
    [[nodiscard]] credence::Result<bool> goes_on(const std::string& user_id, const ListedLogin& login);

    /// Ends all logins of a user, and gives the moment up to which.
    [[nodiscard]] credence::Result<credence::NumericDate> end_until_now(const std::string& user_id);
    /// A moment at which a token of this user may be issued.
    [[nodiscard]] credence::Result<credence::NumericDate> moment_for(const std::string& user_id);
    [[nodiscard]] credence::Result<Session> sign(const credence::RefreshToken& refresh,
                                                 credence::NumericDate issued_at);

    std::shared_ptr<credence::AnyStore> revocations_;
    std::shared_ptr<Families> families_;
    EndedLogins ended_;
    LoginList list_;
    credence::RefreshTokens<Families> refresh_;
    Tokens tokens_;
    Lifetimes lifetimes_;
};

}  // namespace account
