// SPDX-License-Identifier: MIT
// The order of the steps matters here: whatever two requests of one user do at once, a login that was ended stays ended.
#include "sessions.hpp"

#include <thread>
#include <utility>

#include "uuid.hpp"

namespace account {

using credence::Errc;
using credence::NumericDate;
using credence::Result;

namespace {

void wait_for_the_second_after(NumericDate moment) {
    // A little longer: the clock that gives whole seconds is behind the other by up to a tick.
    std::this_thread::sleep_until(moment + std::chrono::milliseconds{1010});
}

}  // namespace

Sessions::Sessions(const Stores& stores, Tokens tokens, const EndedLogins& ended_logins, Lifetimes lifetimes)
    : revocations_(stores.revocations),
      families_(std::make_shared<LoginStore>(stores.refresh, ended_logins)),
      refresh_(families_, credence::RefreshRules{.lifetime = lifetimes.refresh, .grace = lifetimes.grace}),
      tokens_(std::move(tokens)),
      lifetimes_(lifetimes) {}

Result<NumericDate> Sessions::moment_for(const std::string& user_id) {
    // "Log out everywhere" refuses what was issued in its own second, too. So a login in that second waits for the
    // next; a few times, as another instance's clock may be ahead.
    for (int tries = 0; tries < 5; ++tries) {
        const NumericDate moment = credence::now();
        const auto is_revoked = revocations_->is_revoked(
            {.issuer = std::string{Tokens::issuer}, .id = "none yet", .subject = user_id, .issued_at = moment});
        if (!is_revoked) return is_revoked.error();
        if (!*is_revoked) return moment;
        wait_for_the_second_after(moment);
    }
    return Errc::store_unavailable;
}

Result<Session> Sessions::sign(const credence::RefreshToken& refresh, NumericDate issued_at) {
    const LoginClaims claims{{.iss = std::string{Tokens::issuer},
                              .sub = refresh.subject,
                              .exp = issued_at + lifetimes_.token,
                              .iat = issued_at,
                              .jti = random_uuid()},
                             {.sid = refresh.family}};
    auto token = tokens_.sign(claims);
    if (!token) return token.error();
    return Session{*token, refresh.token, refresh.family, refresh.subject};
}

Result<Session> Sessions::start(const std::string& user_id) {
    const auto issued_at = moment_for(user_id);
    if (!issued_at) return issued_at.error();
    const auto refresh = refresh_.issue(user_id);
    if (!refresh) return refresh.error();
    return sign(*refresh, *issued_at);
}

Result<std::string> Sessions::owner_of(std::string_view refresh_token) { return refresh_.subject_of(refresh_token); }

Result<Session> Sessions::renew(std::string_view refresh_token) {
    // The token counts as issued before the exchange: should all logins be ended in between, it is ended with them.
    const NumericDate issued_at = credence::now();
    const auto refresh = refresh_.rotate(refresh_token);
    if (!refresh) return refresh.error();
    return sign(*refresh, issued_at);
}

Result<void> Sessions::end(const LoginProof& who) { return families_->end_family(who->sid); }

Result<void> Sessions::end_login_of(std::string_view refresh_token) { return refresh_.revoke(refresh_token); }

Result<NumericDate> Sessions::end_until_now(const std::string& user_id) {
    // First the refresh tokens, then the mark: what was exchanged before the first was issued before the second.
    if (const auto ended = families_->end_subject(user_id); !ended) return ended.error();
    const NumericDate moment = credence::now();
    const auto marked =
        revocations_->revoke_subject({.issuer = std::string{Tokens::issuer}, .subject = user_id}, moment);
    if (!marked) return marked.error();
    return moment;
}

Result<void> Sessions::end_all(const std::string& user_id) {
    const auto ended = end_until_now(user_id);
    return ended ? Result<void>{} : ended.error();
}

Result<Replacement> Sessions::replace_all(const std::string& user_id) {
    const auto ended_at = end_until_now(user_id);
    if (!ended_at) return ended_at.error();
    auto refresh = refresh_.issue(user_id);
    if (!refresh) return refresh.error();
    return Replacement{*std::move(refresh), *ended_at};
}

Result<Session> Sessions::complete(const Replacement& login) {
    wait_for_the_second_after(login.others_ended_at);
    return sign(login.refresh, credence::now());
}

Result<void> Sessions::take_back(const Session& session) { return families_->end_family(session.family); }

}  // namespace account
