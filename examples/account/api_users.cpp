// SPDX-License-Identifier: MIT
// Health, one's own account, and all accounts.
#include <cstdint>

#include "answers.hpp"
#include "api.hpp"
#include "body.hpp"
#include "registration.hpp"
#include "user_json.hpp"

namespace account {
namespace {

std::int64_t seconds_of(const std::optional<credence::NumericDate>& moment) {
    return moment ? moment->time_since_epoch().count() : 0;
}

}  // namespace

void Api::health(const Call& call, httplib::Response& response) {
    if (call.http.get_param_value("deep") == "1") {
        const auto must_answer = [](bool is_there, std::string_view name) {
            if (!is_there) throw Refusal{503, std::string{name} + " cannot be asked"}.retry_after(5);
        };
        must_answer(stores_.users->ping().has_value(), stores_.users->name());
        must_answer(stores_.logins->is_revoked({}).has_value(), stores_.logins_name);
    }
    answer(response, {{"status", "success"},
                      {"message", "JWT Authentication in C++ using credence, cpp-httplib and " +
                                      std::string{stores_.users->name()}}});
}

void Api::me(const Visitor& visitor, const Call&, httplib::Response& response) {
    answer_text(response, R"({"data":{"user":)" + to_json(visitor.user) + R"(},"status":"success"})");
}

/// The claims of the token without its signature, for the page: its scripts cannot read the cookie.
void Api::login(const Visitor& visitor, const Call&, httplib::Response& response) {
    const LoginProof& proof = visitor.proof;
    nlohmann::ordered_json header{{"alg", proof.header().alg}, {"typ", proof.header().typ}};
    if (!proof.header().kid.empty()) header["kid"] = proof.header().kid;
    const nlohmann::ordered_json claims{{"iss", proof->iss},
                                        {"sub", proof->sub},
                                        {"exp", seconds_of(proof->exp)},
                                        {"iat", seconds_of(proof->iat)},
                                        {"jti", proof->jti},
                                        {"sid", proof->sid.value()}};
    // The remaining time by this server's clock, because the page's clock may be wrong.
    const std::int64_t left = seconds_of(proof->exp) - seconds_of(credence::now());
    const nlohmann::ordered_json body{{"data", {{"header", header}, {"claims", claims}, {"expires_in", left}}},
                                      {"status", "success"}};
    response.status = 200;
    response.set_content(body.dump(), "application/json");
}

void Api::change_password(const Visitor& visitor, const Call& call, httplib::Response& response) {
    const nlohmann::json body = json_body(call);
    const std::string current = text_member(body, "current_password");
    const std::string wanted = text_member(body, "password");
    check_password(wanted);
    const std::string hash = hash_in_place_of(visitor.user, {.current = current, .wanted = wanted}, call);

    // All logins with the old password end, and this one is replaced by a new one. If any of that fails, the password
    // does not change.
    std::optional<credence::Login> login;
    const auto replace_logins = [&]() -> credence::Result<void> {
        if (const auto ended = logins_->end_all(visitor.user.id); !ended) return ended.error();
        auto started = logins_->start(visitor.user.id, login_options(call.user_agent()));
        if (!started) return started.error();
        login = *std::move(started);
        return {};
    };
    const auto changed =
        stores_.users->change_password(visitor.user.id, {.from = visitor.user.password, .to = hash}, replace_logins);
    if (!or_fail(changed)) throw Refusal{409, "The password was changed by somebody else meanwhile"};
    const auto session = sessions_.complete(*login);
    give(or_fail(session), false, response);
}

std::string Api::hash_in_place_of(const User& user, const NewPassword& passwords, const Call& call) {
    const Passwords::Turn turn = take_turn();
    // A stolen login must not make it possible to guess the user's password.
    auto [attempt, retry_after] = attempts_.admit(user.email, call.http.remote_addr);
    if (!attempt) throw Refusal{429, "Too many attempts, please wait"}.retry_after(retry_after.count());
    if (!has_password(turn, user, passwords.current, *attempt))
        throw Refusal{400, "This is not your current password"}.about("current_password");
    auto hash = passwords_.hash(turn, passwords.wanted);
    if (!hash) throw busy();
    return *std::move(hash);
}

void Api::list_users(const Visitor& visitor, const Call&, httplib::Response& response) {
    if (visitor.user.role != "admin") throw Refusal{403, "This is for administrators"};
    const auto users = stores_.users->list();
    std::string list;
    for (const User& user : or_fail(users)) list.append(list.empty() ? "" : ",").append(to_json(user));
    answer_text(response, R"({"data":{"users":[)" + list + R"(]},"status":"success"})");
}

}  // namespace account
