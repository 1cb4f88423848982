// SPDX-License-Identifier: MIT
// The handlers. Those that take a `Verified<Claims>` need no further check: nobody else can call them.
#include "api.hpp"

#include <credence/http/bearer.hpp>
#include <credence/http/cookie.hpp>
#include <credence/http/cross_origin.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/stacks/beast.hpp>
#include <credence/transports/async_verifier.hpp>

#include <array>
#include <charconv>
#include <functional>
#include <string_view>
#include <utility>

#include "../support/json_body.hpp"
#include "../support/json_log.hpp"

#include <nlohmann/json.hpp>
#include <openssl/crypto.h>

namespace todos {
namespace {

using nlohmann::ordered_json;
using support::Refusal;

constexpr const char* session_cookie = "session";

struct User {
    std::string_view name;
    std::string_view password;
};
/// A fixed user. The account example has registration and hashed passwords.
constexpr std::array<User, 3> users{User{"alice", "wonderland"}, User{"bob", "builder"}, User{"foo", "bar"}};

bool is_user(std::string_view name, std::string_view password) {
    bool is_known = false;
    for (const User& user : users) {
        const bool fits = password.size() == user.password.size() &&
                          CRYPTO_memcmp(password.data(), user.password.data(), password.size()) == 0;
        is_known |= fits && name == user.name;
    }
    return is_known;
}

nlohmann::json body_of(const Request& request) {
    return support::read_json_object(view(request[http::field::content_type]), request.body());
}

Response json(unsigned status, const ordered_json& body) { return json_answer(status, support::json_text(body)); }

ordered_json json_of(const Todo& todo) { return {{"id", todo.id}, {"text", todo.text}}; }

/// Over plain HTTP, for the loopback. Behind TLS: `.name = "__Host-session"`, and leave `secure` alone.
credence::Cookie cookie_for(std::string id) {
    return {.name = session_cookie, .value = std::move(id), .same_site = credence::SameSite::strict, .secure = false};
}

void log_store_problem(const credence::Error& error) {
    if (error.code == credence::Errc::store_unavailable)
        support::log("error", "store_unavailable", {{"problem", error.reason}});
}

/// The answer if the store is unavailable: 503, with the time to come again.
Response unavailable(const credence::Error& error) {
    log_store_problem(error);
    const auto rejection = credence::Rejection::from(error);
    Response response = text_answer(static_cast<unsigned>(rejection.status), rejection.description);
    credence::HttpTraits<Head>::reject(rejection, Head{}, response);
    return response;
}

Response logged_out(const credence::Result<void>& ended) {
    if (!ended) return unavailable(ended.error());
    Response response = json(200, {{"status", "success"}});
    response.set(http::field::set_cookie, credence::clear_cookie(cookie_for({})).value());
    return response;
}

template <class Verifier>
asio::awaitable<Proof> prove_by_token(const Verifier& verifier, const Head& head) {
    co_return credence::require_bearer(head, verifier);
}

Login login_by_token(const credence::Keys<credence::HS256>& keys) {
    const auto has_name = [](const Claims& claims) { return !claims.sub.empty(); };
    const auto verifier = credence::verifier_for<Claims>(keys, {.checks = {{"sub", has_name}}});
    return [verifier](const Head& head) { return prove_by_token(verifier, head); };
}

std::optional<std::string_view> session_id(const Head& head) {
    const auto id = credence::find_cookie(view(head[http::field::cookie]), session_cookie);
    return id ? *id : std::nullopt;
}

/// The store is asked on threads of its own, and only for a cookie that has the form of an id.
asio::awaitable<Proof> prove_by_session(credence::AsyncVerifier<credence::Offloaded<Sessions>> verifier,
                                        const Head& head) {
    if (session_id(head)) {
        const auto allowed = credence::check_origin(head, origin_rules());
        if (!allowed) co_return allowed.error();
    }
    const credence::TokenLocation cookie{.header = "", .cookie = session_cookie};
    auto proof = co_await credence::require_bearer(head, verifier, cookie);
    if (!proof) log_store_problem(proof.error().reason);
    co_return proof;
}

Login login_by_session(const Sessions& sessions, const credence::BlockingCalls& calls) {
    const credence::AsyncVerifier verifier{credence::offload(sessions, calls)};
    return [verifier](const Head& head) { return prove_by_session(verifier, head); };
}

}  // namespace

Api::Api(ApiOptions options) : options_(std::move(options)) {
    login_ = options_.sessions ? login_by_session(*options_.sessions, calls_) : login_by_token(options_.keys);
}

void Api::add_to(Router& router) {
    router.add("GET", "/", open(std::bind_front(&Api::hello, this)));
    router.add("POST", "/login", open(std::bind_front(&Api::log_in, this)));
    router.add("GET", "/protected", guarded(login_, std::bind_front(&Api::greet, this)));
    router.add("GET", "/todos", guarded(login_, std::bind_front(&Api::list, this)));
    router.add("POST", "/todos", guarded(login_, std::bind_front(&Api::add, this)));
    router.add("DELETE", "/todos/*", guarded(login_, std::bind_front(&Api::remove, this)));
    if (!options_.sessions) return;
    router.add("POST", "/logout", guarded(login_, std::bind_front(&Api::log_out, this)));
    router.add("POST", "/logout-all", guarded(login_, std::bind_front(&Api::log_out_everywhere, this)));
}

asio::awaitable<Response> Api::hello(Request) { co_return text_answer(200, "Hello, World!"); }

asio::awaitable<Response> Api::log_in(Request request) {
    const auto body = body_of(request);
    const std::string name = support::text_or_empty(body, "username");
    const std::string password = support::text_or_empty(body, "password");
    if (name.empty() || password.empty()) throw Refusal{400, "Missing credentials"};
    if (!is_user(name, password)) {
        Response response = json(401, {{"error", "Wrong credentials"}});
        response.set(http::field::www_authenticate, R"(Bearer realm="login")");
        co_return response;
    }
    if (!options_.sessions) co_return give_token(name);
    co_return co_await start_session(name, std::string{view(request[http::field::user_agent])});
}

Response Api::give_token(const std::string& subject) const {
    const auto token = credence::encode(
        Claims{.sub = subject, .exp = credence::in(options_.token_lifetime), .iat = credence::now()}, options_.keys);
    if (!token) throw Refusal{500, "Token creation error"};
    return json(200,
                {{"access_token", *token}, {"token_type", "Bearer"}, {"expires_in", options_.token_lifetime.count()}});
}

asio::awaitable<Response> Api::start_session(std::string subject, std::string label) {
    const Claims claims{.sub = std::move(subject)};
    const auto start = [&] { return options_.sessions->start(claims, {.label = label}); };
    const auto started = co_await calls_.run(start);
    if (!started) co_return unavailable(started.error());
    Response response = json(200, {{"status", "success"}});
    response.set(http::field::set_cookie, credence::set_cookie(cookie_for(started->id)).value());
    co_return response;
}

asio::awaitable<Response> Api::greet(Verified<Claims> who, Request) {
    co_return text_answer(200, "Hello user " + who->sub);
}

asio::awaitable<Response> Api::list(Verified<Claims> who, Request) {
    ordered_json todos = ordered_json::array();
    for (const Todo& todo : todos_.of(who->sub)) todos.push_back(json_of(todo));
    co_return json(200, todos);
}

asio::awaitable<Response> Api::add(Verified<Claims> who, Request request) {
    const std::string text = support::text_or_empty(body_of(request), "text");
    if (text.empty() || text.size() > 1000) throw Refusal{422, "text must be a string of 1 to 1000 bytes"};
    const auto todo = todos_.add(who->sub, text);
    if (!todo) throw Refusal{422, "There is too much to do already"};
    Response response = json(201, json_of(*todo));
    response.set(http::field::location, "/todos/" + std::to_string(todo->id));
    co_return response;
}

asio::awaitable<Response> Api::remove(Verified<Claims> who, Request request) {
    std::string_view path = view(request.target());
    path = path.substr(0, path.find('?'));
    const std::string_view written = path.substr(path.rfind('/') + 1);
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), id);
    const bool is_id = error == std::errc{} && end == written.data() + written.size();
    switch (is_id ? todos_.remove(who->sub, id) : TodoList::Removal::unknown) {
        case TodoList::Removal::unknown: throw Refusal{404, "There is no such todo"};
        case TodoList::Removal::of_another: throw Refusal{403, "This todo is another's"};
        case TodoList::Removal::done: break;
    }
    co_return empty_answer();
}

asio::awaitable<Response> Api::log_out(Verified<Claims>, Request request) {
    const auto end = [&] { return options_.sessions->end(session_id(request).value_or("")); };
    co_return logged_out(co_await calls_.run(end));
}

asio::awaitable<Response> Api::log_out_everywhere(Verified<Claims> who, Request) {
    const auto end_all = [&] { return options_.sessions->end_all(who->sub); };
    co_return logged_out(co_await calls_.run(end_all));
}

}  // namespace todos
