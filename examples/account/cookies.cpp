// SPDX-License-Identifier: MIT
// The cookies of a login.
#include "cookies.hpp"

#include <credence/http/cookie.hpp>

#include <algorithm>
#include <string_view>

#include "../support/ascii.hpp"

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

bool LoginCookies::has_second_credential(const httplib::Request& request) const {
    // An empty cookie holds no token: then only the header counts, and it is no credential unless its scheme is Bearer.
    const auto cookies = request.headers.equal_range("Cookie");
    const bool has_value = std::any_of(cookies.first, cookies.second, [this](const auto& field) {
        const auto cookie = credence::find_cookie(field.second, token_name());
        return cookie && !cookie->value_or("").empty();
    });
    if (!has_value) return false;
    const auto [first, last] = request.headers.equal_range("Authorization");
    return std::any_of(first, last, [](const auto& field) {
        const std::string_view value = support::trimmed(field.second);
        const std::string_view scheme = value.substr(0, value.find_first_of(" \t"));
        return !value.empty() && !support::is_same_word(scheme, "bearer");
    });
}

void LoginCookies::clear(httplib::Response& response) const {
    response.set_header("Set-Cookie", credence::clear_cookie(token_cookie(token_name(), rules_.secure)).value());
    response.set_header("Set-Cookie", credence::clear_cookie(refresh_cookie(refresh_name(), rules_.secure)).value());
}

}  // namespace account
