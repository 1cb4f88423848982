// SPDX-License-Identifier: MIT
// The routes of the login.
#include "service.hpp"

#include <credence/http/bearer.hpp>
#include <credence/stacks/httplib.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

#include "../support/ascii.hpp"
#include "../support/own_page.hpp"
#include "page.hpp"

#include <openssl/crypto.h>

namespace login {
namespace {

using httplib::Request;
using httplib::Response;
using support::Refusal;

const std::string cookie_name = "token";

/// Compares in a time that does not reveal where two texts of the same length differ.
bool is_same_secret(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

void welcome(const credence::Verified<Visitor>& who, const Request&, Response& response) {
    response.set_content("Welcome to the protected area, " + who->name() + "!", "text/plain; charset=utf-8");
}

/// A cookie over plain HTTP, for the loopback. Behind TLS: `.name = "__Host-token"`, and leave `secure` alone.
credence::Cookie cookie(std::string token) {
    return {.name = cookie_name, .value = std::move(token), .same_site = credence::SameSite::strict, .secure = false};
}

bool has_cookie(const Request& request) {
    const auto [first, last] = request.headers.equal_range("Cookie");
    return std::any_of(first, last, [](const auto& field) {
        const auto found = credence::find_cookie(field.second, cookie_name);
        return !found || !found->value_or("").empty();
    });
}

/// Credentials of another scheme, which `protect` takes for none, are a second credential beside a cookie.
bool has_credentials_beside_cookie(const Request& request) {
    const auto [first, last] = request.headers.equal_range("Authorization");
    return has_cookie(request) && std::any_of(first, last, [](const auto& field) {
               const std::string_view value = support::trimmed(field.second);
               return !value.empty() && !support::is_same_word(value.substr(0, value.find(' ')), "bearer");
           });
}

[[noreturn]] void refuse_guess(Response& response, std::chrono::seconds retry_after) {
    response.set_header("Retry-After", std::to_string(retry_after.count()));
    throw Refusal{429, "Too many attempts, please wait"};
}

void log_out(const Request& request, Response& response) {
    const support::Page page = support::page_of(request);
    if (page == support::Page::other || (has_cookie(request) && page != support::Page::own))
        throw Refusal{403, "A request with a cookie must come from a page of this server"};
    response.set_header("Set-Cookie", credence::clear_cookie(cookie({})).value());
    support::answer_json(response, 200, {{"status", "success"}});
}

}  // namespace

void Service::add_routes(support::HttpService& service) {
    add_page(service);
    service.get("/public", [](const Request&, Response& response) {
        response.set_content("Welcome to the public area :)", "text/plain");
    });
    const auto refuse = support::refuse_with("Invalid token");
    const auto protected_area =
        credence::protect(tokens_, welcome, {.cookie = uses_cookie_ ? cookie_name : ""}).on_reject(refuse);
    const auto guarded = [protected_area, refuse, uses_cookie = uses_cookie_](const Request& request,
                                                                              Response& response) {
        if (!uses_cookie || !has_credentials_beside_cookie(request)) return protected_area(request, response);
        const auto rejection = credence::Rejection::from({credence::Errc::malformed_credentials});
        credence::HttpTraits<Request>::reject(rejection, request, response);
        refuse(rejection, request, response);
    };
    service.get("/private", guarded);
    service.get("/protected", guarded);
    service.post("/login", [this](const Request& request, Response& response) {
        const std::string id = check_credentials(request, response);
        give_token(response, {.sub = id, .company = "ACME", .exp = credence::in(lifetime_)});
    });
    service.post("/authorize", [this](const Request& request, Response& response) {
        const std::string id = check_credentials(request, response);
        give_token(response, {.username = id, .exp = credence::in(lifetime_)});
    });
    if (!uses_cookie_) return;
    service.post("/logout", log_out);
}

/// \return the client's id. \throws Refusal
std::string Service::check_credentials(const Request& request, Response& response) {
    // Another site could log a visitor in as somebody else, and then learn what the visitor does.
    if (uses_cookie_ && support::page_of(request) == support::Page::other)
        throw Refusal{403, "A login must come from a page of this server"};
    std::string type = request.get_header_value("Content-Type");
    if (type == "application/json/") type.pop_back();  // a request of one tutorial has it in this form
    const auto credentials = support::read_json_object(type, request.body);
    std::string id = support::text_or_empty(credentials, "client_id");
    const std::string secret = support::text_or_empty(credentials, "client_secret");
    if (id.empty() || secret.empty()) throw Refusal{400, "Missing credentials"};
    auto of_address = guesses_of_address_.admit("", request.remote_addr);
    if (!of_address.attempt) refuse_guess(response, of_address.retry_after);
    constexpr std::size_t longest_id = 128;  // longer ones share one count
    auto guess = guesses_.admit(id.size() > longest_id ? "" : id, request.remote_addr);
    if (!guess.attempt) {
        of_address.attempt->is_no_failure();  // no secret was compared
        refuse_guess(response, guess.retry_after);
    }
    const bool is_known = is_same_secret(id, "foo");
    if (!is_same_secret(secret, "bar") || !is_known) {
        response.set_header("WWW-Authenticate", R"(Bearer realm="login")");
        throw Refusal{401, "Wrong credentials"};
    }
    of_address.attempt->is_no_failure();
    guess.attempt->is_no_failure();
    return id;
}

void Service::give_token(Response& response, const Visitor& visitor) const {
    const auto token = tokens_.encode(visitor);
    if (!token) throw Refusal{500, "Token creation error"};
    if (uses_cookie_) {
        credence::Cookie with_token = cookie(*token);
        with_token.max_age = lifetime_;
        const auto field = credence::set_cookie(with_token);
        if (!field) throw Refusal{500, "Token creation error"};
        response.set_header("Set-Cookie", *field);
    }
    support::answer_json(response, 200,
                         {{"access_token", *token}, {"token_type", "Bearer"}, {"expires_in", lifetime_.count()}});
}

}  // namespace login
