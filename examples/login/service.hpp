// SPDX-License-Identifier: MIT
// The routes of the login: who gets a token, and what it opens.
#pragma once

#include <credence/http/cookie.hpp>

#include <chrono>
#include <string>

#include "../support/attempts.hpp"
#include "../support/http_service.hpp"
#include "tokens.hpp"

namespace login {

class Service {
public:
    Service(Tokens tokens, std::chrono::seconds lifetime, bool uses_cookie)
        : tokens_(std::move(tokens)), lifetime_(lifetime), uses_cookie_(uses_cookie) {}

    /// Adds the routes, which refer to this object.
    void add_routes(support::HttpService& service);

private:
    [[nodiscard]] std::string check_credentials(const httplib::Request& request, httplib::Response& response);
    void give_token(httplib::Response& response, const Visitor& visitor) const;

    Tokens tokens_;
    std::chrono::seconds lifetime_;
    bool uses_cookie_;
    support::Attempts guesses_ = {};
    /// The guesses of one address with any names, so that it cannot fill the memory of `guesses_`.
    support::Attempts guesses_of_address_{{.most_failures = 50}};
};

}  // namespace login
