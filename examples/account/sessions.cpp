// SPDX-License-Identifier: MIT
// From a login to a signed token.
#include "sessions.hpp"

#include <thread>

#include "uuid.hpp"

namespace account {

using credence::Result;

credence::LoginRules login_rules(const Lifetimes& lifetimes) {
    return {.issuer = std::string{Tokens::issuer},
            .access_lifetime = lifetimes.token,
            .lifetime = lifetimes.refresh,
            .grace = lifetimes.grace,
            .max_per_subject = 100};
}

credence::SessionOptions login_options(std::string_view user_agent) {
    constexpr std::size_t longest_label = 200;
    std::string label{user_agent.substr(0, longest_label)};
    for (char& byte : label) {
        if (byte < 0x20 || byte >= 0x7f) byte = '?';
    }
    return {.label = std::move(label)};
}

Result<Session> Sessions::start(const std::string& user_id, std::string_view user_agent) {
    const auto login = logins_->start(user_id, login_options(user_agent));
    return login ? complete(*login) : Result<Session>{login.error()};
}

Result<Session> Sessions::renew(std::string_view refresh_token, std::string_view user_agent) {
    const auto login = logins_->renew(refresh_token, login_options(user_agent));
    return login ? complete(*login) : Result<Session>{login.error()};
}

Result<Session> Sessions::complete(const credence::Login& login) {
    // A little longer: the clock with whole seconds may be up to a tick behind the other.
    if (credence::now() < login.issued_at)
        std::this_thread::sleep_until(login.issued_at + std::chrono::milliseconds{10});
    const LoginClaims claims{{.iss = std::string{Tokens::issuer},
                              .sub = login.subject,
                              .exp = login.issued_at + token_lifetime_,
                              .iat = login.issued_at,
                              .jti = random_uuid()},
                             {.sid = login.handle}};
    auto token = tokens_.sign(claims);
    if (!token) return token.error();
    return Session{*std::move(token), login.refresh_token, login.handle, login.subject};
}

}  // namespace account
