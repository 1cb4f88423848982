// SPDX-License-Identifier: MIT
// The cookies of a login.
#include "cookies.hpp"

#include <credence/cookie.hpp>

#include <algorithm>

namespace account {
namespace {

credence::Cookie token_cookie(const std::string& name, bool secure) { return {.name = name, .secure = secure}; }

credence::Cookie refresh_cookie(const std::string& name, bool secure) {
    return {.name = name, .path = "/api/auth", .same_site = credence::SameSite::strict, .secure = secure};
}

}  // namespace

void LoginCookies::set_token(const std::string& token, httplib::Response& response) const {
    credence::Cookie cookie = token_cookie(token_name(), rules_.secure);
    cookie.value = token;
    cookie.max_age = rules_.token_max_age;
    response.set_header("Set-Cookie", credence::set_cookie(cookie).value());
}

void LoginCookies::set_refresh_token(const std::string& token, httplib::Response& response) const {
    credence::Cookie cookie = refresh_cookie(refresh_name(), rules_.secure);
    cookie.value = token;
    cookie.max_age = rules_.refresh_max_age;
    response.set_header("Set-Cookie", credence::set_cookie(cookie).value());
}

bool LoginCookies::has(const httplib::Request& request, const std::string& name) {
    const auto [first, last] = request.headers.equal_range("Cookie");
    return std::any_of(first, last, [&name](const auto& field) {
        const auto cookie = credence::find_cookie(field.second, name);
        return !cookie || cookie->has_value();
    });
}

void LoginCookies::clear(httplib::Response& response) const {
    response.set_header("Set-Cookie", credence::clear_cookie(token_cookie(token_name(), rules_.secure)).value());
    response.set_header("Set-Cookie", credence::clear_cookie(refresh_cookie(refresh_name(), rules_.secure)).value());
}

}  // namespace account
