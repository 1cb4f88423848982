// SPDX-License-Identifier: MIT
// Logins with their access tokens, signed: the library's logins, and this service's claims.
#pragma once

#include <credence/opaque/logins.hpp>
#include <credence/result.hpp>
#include <credence/stores/any_store.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lifetimes.hpp"
#include "stores.hpp"
#include "tokens.hpp"

namespace account {

/// The parts of a login that a client gets.
struct Session {
    std::string token = {};
    std::string refresh_token = {};
    std::string handle = {};  ///< Names the login; not for the client.
    std::string user_id = {};
};

/// The rules of this service's logins.
[[nodiscard]] credence::LoginRules login_rules(const Lifetimes& lifetimes);

/// The label of a login in the list: the User-Agent of the browser or program. It is ASCII, RFC 9110 §10.1.5; other
/// characters are not kept.
[[nodiscard]] credence::SessionOptions login_options(std::string_view user_agent);

/// Starts and renews logins. Threads share one.
class Sessions {
public:
    Sessions(std::shared_ptr<Logins> logins, Tokens tokens, const Lifetimes& lifetimes)
        : logins_(std::move(logins)), tokens_(std::move(tokens)), token_lifetime_(lifetimes.token) {}

    [[nodiscard]] credence::Result<Session> start(const std::string& user_id, std::string_view user_agent);
    /// Exchanges a refresh token. The errors are those of `credence::RefreshTokens::rotate`.
    [[nodiscard]] credence::Result<Session> renew(std::string_view refresh_token, std::string_view user_agent);
    /// The session of a login that was started. Waits until its access token is valid, because tokens from the second
    /// of a "log out everywhere" are refused.
    [[nodiscard]] credence::Result<Session> complete(const credence::Login& login);

private:
    std::shared_ptr<Logins> logins_;
    Tokens tokens_;
    std::chrono::seconds token_lifetime_;
};

}  // namespace account
