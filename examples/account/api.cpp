// SPDX-License-Identifier: MIT
// The table of routes, and the guard.
#include "api.hpp"

#include <credence/http/bearer.hpp>
#include <credence/http/cross_origin.hpp>

#include <utility>

#include "answers.hpp"

namespace account {
namespace {

const credence::Challenge challenge{.realm = "account"};
constexpr std::string_view key_prefix = "account";  // of API keys

/// The sentences of the tutorial. The exact reason is in the log.
std::string_view sentence_for(const credence::Rejection& rejection) {
    if (rejection.status == 400) return "The request must carry exactly one well-formed token";
    if (rejection.reason.code == credence::Errc::missing_credentials)
        return "You are not logged in, please provide token";
    return "Invalid token";
}

void refuse(const credence::Rejection& rejection, const Call& call, httplib::Response& response) {
    credence::HttpTraits<Call>::reject(rejection, call, response);
    note_reason(credence::message(rejection.reason));
    if (rejection.status == 503) {
        fail_at_guard(response, 503);
    } else {
        refuse_at_guard(response, rejection.status, sentence_for(rejection));
    }
}

}  // namespace

// Most threads stay free for other requests, however many users log in at once.
static_assert(Passwords::most_turns * 4 <= ServerRules::usual_threads);

Api::Api(const Settings& settings, Stores stores)
    : stores_(std::move(stores)),
      logins_(std::make_shared<Logins>(stores_.logins, stores_.access, login_rules(settings.lifetimes))),
      tokens_(settings, credence::Revocation{stores_.logins}, logins_),
      sessions_(logins_, tokens_, settings.lifetimes),
      api_keys_(stores_.access, {.prefix = std::string{key_prefix}}),
      keys_and_tokens_(api_keys_, tokens_),
      cookies_({.secure = settings.cookie_secure,
                .token_max_age = settings.cookie_max_age,
                .refresh_max_age = settings.lifetimes.refresh}),
      pages_{.trusted = {settings.client_origin}, .own_scheme = settings.cookie_secure ? "https" : "http"} {}

Api::Proven Api::prove_login(const Call& call) {
    if (cookies_.has_second_credential(call.http))
        return credence::Rejection::from({credence::Errc::malformed_credentials}, challenge);
    return credence::require_bearer(call, tokens_, {.cookie = cookies_.token_name()}, challenge);
}

Api::Proven Api::prove_login_or_key(const Call& call) {
    // A browser has a cookie and never a key, so a key in a cookie is not accepted.
    const bool has_cookie = cookies_.has_token(call.http);
    const bool has_key_field = call.http.has_header("X-API-Key");
    if (has_key_field && (has_cookie || call.http.has_header("Authorization")))
        return credence::Rejection::from({credence::Errc::malformed_credentials}, challenge);
    if (has_cookie) return prove_login(call);
    if (has_key_field)
        return credence::require_bearer(call, api_keys_, {.header = "X-API-Key", .scheme = ""}, challenge);
    return credence::require_bearer(call, keys_and_tokens_, {}, challenge);
}

Handler Api::guarded(GuardedHandler handler) {
    return guarded_by([this](const Call& call) { return prove_login(call); }, std::move(handler));
}

Handler Api::guarded_for_programs(GuardedHandler handler) {
    return guarded_by([this](const Call& call) { return prove_login_or_key(call); }, std::move(handler));
}

template <class Prove>
std::pair<Api::Proven, credence::Result<std::optional<User>>> Api::look_up(const Prove& prove, const Call& call) {
    Proven who{credence::Rejection{}};
    credence::Result<std::optional<User>> user{std::nullopt};
    const auto look = [&] {
        who = prove(call);
        if (who) user = stores_.users->find_by_id((*who)->sub);
    };
    const bool may_be_key =
        call.field("X-API-Key") || call.field("Authorization").value_or("").find(key_prefix) != std::string_view::npos;
    if (may_be_key) {
        look();
    } else {
        stores_.users->read_together(look);
    }
    return {std::move(who), std::move(user)};
}

template <class Prove>
Handler Api::guarded_by(const Prove& prove, GuardedHandler handler) {
    return [this, prove, handler = std::move(handler)](const Call& call, httplib::Response& response) {
        auto [who, user] = look_up(prove, call);
        if (!who) return refuse(who.error(), call, response);
        if (!user) return fail_at_guard(response, 500);
        if (!*user) {
            const auto rejection = credence::Rejection::from({credence::Errc::invalid_subject, "sub"}, challenge);
            credence::HttpTraits<Call>::reject(rejection, call, response);
            note_reason("the user of the token no longer exists");
            refuse_at_guard(response, 401, "The user belonging to this token no longer exists");
            return;
        }
        if ((*who)->sid) {
            const auto options = login_options(call.user_agent());
            const LoginProof& proof = *who;
            (void)logins_->note_use({*proof->sid, proof->sub, proof->iat.value(), options.label});
        }
        handler(Visitor{*who, *std::move(*user)}, call, response);
    };
}

// A link or an image on another site can make a browser send this request with the cookie, but not with a token in the
// header. Programs and old browsers do not name their origin in a GET, and are accepted.
Handler Api::log_out_by_link(const Handler& log_out) const {
    credence::CrossOrigin links = pages_;
    links.check_safe_methods = true;
    links.allow_missing_origin = true;
    return [this, links, log_out](const Call& call, httplib::Response& response) {
        // The client's page may be on another host of this domain or at another port, but not on another site.
        const bool is_allowed = call.field("Sec-Fetch-Site") != "cross-site" && credence::check_origin(call, links);
        if (cookies_.has_token(call.http) && !is_allowed) throw Refusal{403, "Another site may not log you out"};
        log_out(call, response);
    };
}

void Api::add_to(Server& server) {
    const auto open = [this](void (Api::*route)(const Call&, httplib::Response&)) {
        return [this, route](const Call& call, httplib::Response& response) { (this->*route)(call, response); };
    };
    const auto with_login = [this](void (Api::*route)(const Visitor&, const Call&, httplib::Response&)) {
        return guarded([this, route](const Visitor& visitor, const Call& call, httplib::Response& response) {
            (this->*route)(visitor, call, response);
        });
    };
    server.add("GET", "/api/healthchecker", open(&Api::health));
    server.add("POST", "/api/auth/register", open(&Api::register_user));
    server.add("POST", "/api/auth/login", open(&Api::log_in));
    server.add("POST", "/api/auth/refresh", open(&Api::refresh));
    const Handler log_out = with_login(&Api::log_out);
    server.add("GET", "/api/auth/logout", log_out_by_link(log_out));
    server.add("POST", "/api/auth/logout", log_out);
    server.add("POST", "/api/auth/logout-all", with_login(&Api::log_out_everywhere));
    server.add("GET", "/api/auth/login", with_login(&Api::login));
    server.add("GET", "/api/users/me",
               guarded_for_programs([this](const Visitor& visitor, const Call& call, httplib::Response& response) {
                   me(visitor, call, response);
               }));
    server.add("PATCH", "/api/users/me/password", with_login(&Api::change_password));
    server.add("GET", "/api/users/me/logins", with_login(&Api::list_logins));
    server.add("DELETE", "/api/users/me/logins/*", with_login(&Api::end_login));
    server.add("POST", "/api/users/me/logins/end-others", with_login(&Api::end_other_logins));
    server.add("GET", "/api/users/me/api-keys", with_login(&Api::list_api_keys));
    server.add("POST", "/api/users/me/api-keys", with_login(&Api::make_api_key));
    server.add("DELETE", "/api/users/me/api-keys/*", with_login(&Api::revoke_api_key));
    server.add("GET", "/api/admin/users", with_login(&Api::list_users));
    server.add("GET", "/.well-known/jwks.json", [this](const Call&, httplib::Response& response) {
        response.status = 200;
        response.set_header("Cache-Control", "public, max-age=300");
        response.set_content(tokens_.jwks(), "application/jwk-set+json");
    });
}

}  // namespace account
