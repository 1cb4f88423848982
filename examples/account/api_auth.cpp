// SPDX-License-Identifier: MIT
// Register, log in, refresh, log out.
#include <credence/http/cookie.hpp>

#include "answers.hpp"
#include "api.hpp"
#include "body.hpp"
#include "registration.hpp"
#include "user_json.hpp"
#include "uuid.hpp"

namespace account {
namespace {

const Refusal& wrong_credentials() {
    static const Refusal refusal{400, "Invalid email or password"};
    return refusal;
}

/// The answer of /api/auth/refresh without a token, or with one that is no longer valid.
void refuse_refresh(credence::Error reason, httplib::Response& response) {
    const bool is_missing = reason.code == credence::Errc::missing_credentials;
    const auto rejection = credence::Rejection::from(std::move(reason), {.realm = "account"});
    note_reason(credence::message(rejection.reason));
    response.status = rejection.status;
    if (!rejection.challenge.empty()) response.set_header("WWW-Authenticate", rejection.challenge);
    if (rejection.status == 503) {
        fail_at_guard(response, 503);
    } else if (rejection.status == 400) {
        refuse_at_guard(response, 400, "The request must carry exactly one well-formed token");
    } else {
        refuse_at_guard(response, 401, is_missing ? "You are not logged in, please provide token" : "Invalid token");
    }
}

/// Whether the client wants its refresh token in the body. A page must not ask for that: injected scripts could read
/// it.
bool wants_tokens_in_body(const Call& call, const nlohmann::json& body) {
    const auto accept = call.field("Accept");
    const bool is_browser = call.field("Sec-Fetch-Site").has_value() || call.field("Origin").has_value();
    return !is_browser && accept && accept->find("application/json") != std::string_view::npos &&
           body.value("refresh", nlohmann::json{}) == true;
}

}  // namespace

Passwords::Turn Api::take_turn() {
    auto turn = passwords_.take_turn();
    if (!turn) throw busy();
    return *std::move(turn);
}

void Api::register_user(const Call& call, httplib::Response& response) {
    const Registration wanted = read_registration(json_body(call));
    const Passwords::Turn turn = take_turn();
    const auto hash = passwords_.hash(turn, wanted.password);
    if (!hash) throw busy();
    const auto user =
        stores_.users->insert({.id = random_uuid(), .name = wanted.name, .email = wanted.email, .password = *hash});
    if (!or_fail(user)) throw Refusal{409, "User with that email already exists"};
    answer_text(response, R"({"data":{"user":)" + to_json(**user) + R"(},"status":"success"})");
}

bool Api::has_password(const Passwords::Turn& turn, const std::optional<User>& user, const std::string& password,
                       support::Attempts::Attempt& attempt) {
    // Without a user the work is the same, so that the time of the answer does not reveal who has an account.
    const auto is_right = passwords_.matches(turn, password, user ? user->password : passwords_.nobodys_hash());
    if (!is_right) attempt.is_no_failure();
    if (!is_right) throw busy();
    if (user && *is_right) attempt.is_no_failure();
    return user && *is_right;
}

void Api::rehash(const Passwords::Turn& turn, User& user, const std::string& password) {
    if (!Passwords::is_outdated(user.password)) return;
    const auto hash = passwords_.hash(turn, password);
    if (!hash) return;  // the next login tries again
    if (stores_.users->change_password(user.id, {.from = user.password, .to = *hash}).value_or(false))
        user.password = *hash;
}

void Api::log_in(const Call& call, httplib::Response& response) {
    const nlohmann::json body = json_body(call);
    const std::string email = lower_case(text_member(body, "email"));
    const std::string password = text_member(body, "password");
    const Passwords::Turn turn = take_turn();
    // Texts that are not an e-mail share one count: otherwise each spelling would have its own five guesses.
    const bool is_email = could_be_email(email);
    auto [attempt, retry_after] = attempts_.admit(is_email ? email : "", call.http.remote_addr);
    if (!attempt) throw Refusal{429, "Too many attempts, please wait"}.retry_after(retry_after.count());

    auto user = is_email ? stores_.users->find_by_email(email) : std::optional<User>{};
    if (!user) attempt->is_no_failure();
    std::optional<User> found = or_fail(user);
    if (!has_password(turn, found, password, *attempt)) throw wrong_credentials();
    rehash(turn, *found, password);

    const auto session = sessions_.start(found->id, call.user_agent());
    const auto is_unchanged = stores_.users->has_password(or_fail(session).user_id, found->password);
    if (!or_fail(is_unchanged)) {
        // The password was changed meanwhile. That ends all logins with the old one, so also this one.
        (void)logins_->end({.subject = session->user_id, .handle = session->handle});
        throw wrong_credentials();
    }
    give(*session, wants_tokens_in_body(call, body), response);
}

void Api::give(const Session& session, bool in_body, httplib::Response& response) const {
    nlohmann::json body{{"status", "success"}, {"token", session.token}};
    cookies_.set_token(session.token, response);
    if (in_body) {
        body["refresh_token"] = session.refresh_token;
    } else {
        cookies_.set_refresh_token(session.refresh_token, response);
    }
    answer(response, body);
}

credence::Result<Session> Api::renew(const std::string& refresh_token, std::string_view user_agent) {
    const auto owner = logins_->subject_of(refresh_token);
    if (!owner) return owner.error();
    // Before the exchange: a client that must retry because the database is down still has its token.
    const auto user = stores_.users->find_by_id(*owner);
    if (or_fail(user)) return sessions_.renew(refresh_token, user_agent);
    if (const auto ended = logins_->end_login_of(refresh_token); !ended) return ended.error();
    return credence::Error{credence::Errc::invalid_subject, "sub"};
}

bool Api::is_over(const credence::Error& refusal, const std::string& refresh_token) {
    if (refusal.code == credence::Errc::store_unavailable) return false;
    if (refusal.code != credence::Errc::token_revoked) return true;
    // Another tab may have been faster, twice. Then the browser has its cookies already, and they are good.
    const auto owner = logins_->subject_of(refresh_token);
    return !owner && owner.error().code != credence::Errc::store_unavailable;
}

void Api::refresh(const Call& call, httplib::Response& response) {
    std::string in_body;
    if (!call.http.body.empty()) in_body = text_member(json_body(call), "refresh_token");
    const auto cookies = credence::HttpTraits<Call>::field(call, "Cookie");
    const auto in_cookie = credence::find_cookie(cookies.view(), cookies_.refresh_name());
    const bool is_double =
        cookies.is_repeated() || !in_cookie || (!in_body.empty() && in_cookie->has_value() && **in_cookie != in_body);
    if (is_double) return refuse_refresh({credence::Errc::malformed_credentials}, response);
    const std::string token = in_body.empty() ? std::string{in_cookie->value_or("")} : in_body;
    if (token.empty()) return refuse_refresh({credence::Errc::missing_credentials}, response);

    const auto session = renew(token, call.user_agent());
    if (!session) {
        if (is_over(session.error(), token)) cookies_.clear(response);
        refuse_refresh(session.error(), response);
        return;
    }
    give(*session, !in_body.empty(), response);
}

void Api::log_out(const Visitor& visitor, const Call&, httplib::Response& response) {
    if (const auto ended = logins_->end(visitor.login()); !ended) return fail_at_guard(response, 503);
    cookies_.clear(response);
    answer(response, {{"status", "success"}});
}

void Api::log_out_everywhere(const Visitor& visitor, const Call&, httplib::Response& response) {
    if (const auto ended = logins_->end_all(visitor.user.id); !ended) return fail_at_guard(response, 503);
    cookies_.clear(response);
    answer(response, {{"status", "success"}});
}

}  // namespace account
