// SPDX-License-Identifier: MIT
// The two cookies of a login, by the names and with the attributes that the configuration asks for.
#pragma once

#include <chrono>
#include <string>

#include "sessions.hpp"

#include <httplib.h>

namespace account {

class LoginCookies {
public:
    struct Rules {
        bool secure = false;
        std::chrono::seconds token_max_age{3600};
        std::chrono::seconds refresh_max_age{604'800};
    };

    explicit LoginCookies(const Rules& rules) : rules_(rules) {}

    /// `token`; with `Secure`, `__Host-token`, which no other host and no plain connection can set.
    [[nodiscard]] std::string token_name() const { return rules_.secure ? "__Host-token" : "token"; }
    /// `refresh_token`. `__Host-` would want the path `/`; this one is only for /api/auth.
    [[nodiscard]] std::string refresh_name() const {
        return rules_.secure ? "__Secure-refresh_token" : "refresh_token";
    }

    /// Whether a request carries the token's cookie, once or more often.
    [[nodiscard]] bool has_token(const httplib::Request& request) const { return has(request, token_name()); }
    /// Whether a request carries both the token's cookie and credentials of another scheme than Bearer in its header.
    /// credence itself compares those of Bearer.
    [[nodiscard]] bool has_second_credential(const httplib::Request& request) const;

    void set_token(const std::string& token, httplib::Response& response) const;
    void set_refresh_token(const std::string& token, httplib::Response& response) const;
    void clear(httplib::Response& response) const;

private:
    [[nodiscard]] static bool has(const httplib::Request& request, const std::string& name);

    Rules rules_;
};

}  // namespace account
