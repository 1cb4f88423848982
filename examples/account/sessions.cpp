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
    : revocations_(stores.logins),
      families_(std::make_shared<Families>(stores.logins, ended_logins)),
      ended_(ended_logins),
      list_(stores.access, lifetimes),
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

Result<Session> Sessions::start(const Arrival& arrival) {
    const auto issued_at = moment_for(arrival.user_id);
    if (!issued_at) return issued_at.error();
    const auto refresh = refresh_.issue(arrival.user_id);
    if (!refresh) return refresh.error();
    // Before anybody has a token of it: no login goes on that is not in the list.
    const auto added = list_.add({refresh->family, arrival.user_id, arrival.user_agent, *issued_at});
    if (!added) return Errc::store_unavailable;
    const auto logins = list_.of(arrival.user_id);
    if (!logins) return Errc::store_unavailable;
    for (std::size_t beyond = most_logins; beyond < logins->size(); ++beyond) {
        const std::string& handle = (*logins)[beyond].handle;
        if (handle == refresh->family) continue;
        if (const auto ended = end_login(arrival.user_id, handle); !ended) return ended.error();
    }
    return sign(*refresh, *issued_at);
}

Result<std::string> Sessions::owner_of(std::string_view refresh_token) { return refresh_.subject_of(refresh_token); }

Result<Session> Sessions::renew(const Exchange& exchange) {
    // The token counts as issued before the exchange: should all logins be ended in between, it is ended with them.
    const NumericDate issued_at = credence::now();
    const auto refresh = refresh_.rotate(exchange.refresh_token);
    if (!refresh) return refresh.error();
    list_.note_use({refresh->family, refresh->subject, exchange.user_agent, issued_at});
    return sign(*refresh, issued_at);
}

Result<void> Sessions::end_login(const std::string& user_id, const std::string& handle) {
    const auto ended = families_->revoke_family(handle);
    if (ended) list_.remove(user_id, handle);
    return ended;
}

Result<void> Sessions::end(const LoginProof& who) { return end_login(who->sub, who->sid.value()); }

Result<void> Sessions::end_login_of(std::string_view refresh_token) { return refresh_.revoke(refresh_token); }

Result<NumericDate> Sessions::end_until_now(const std::string& user_id) {
    // First the refresh tokens, then the mark: what was exchanged before the first was issued before the second.
    if (const auto ended = families_->revoke_subject(user_id); !ended) return ended.error();
    const NumericDate moment = credence::now();
    const auto marked =
        revocations_->revoke_subject({.issuer = std::string{Tokens::issuer}, .subject = user_id}, moment);
    if (!marked) return marked.error();
    return moment;
}

Result<void> Sessions::end_all(const std::string& user_id) {
    const auto ended = end_until_now(user_id);
    if (!ended) return ended.error();
    list_.remove_all(user_id);
    return {};
}

Result<Replacement> Sessions::replace_all(const std::string& user_id) {
    const auto ended_at = end_until_now(user_id);
    if (!ended_at) return ended_at.error();
    auto refresh = refresh_.issue(user_id);
    if (!refresh) return refresh.error();
    return Replacement{*std::move(refresh), *ended_at};
}

Result<Session> Sessions::complete(const Replacement& login, std::string_view user_agent) {
    const credence::RefreshToken& refresh = login.refresh;
    list_.remove_all(refresh.subject);
    wait_for_the_second_after(login.others_ended_at);
    const NumericDate issued_at = credence::now();
    // The password is changed already. Should this fail, the login comes into the list when it is used.
    (void)list_.add({refresh.family, refresh.subject, user_agent, issued_at});
    return sign(refresh, issued_at);
}

Result<void> Sessions::take_back(const Session& session) { return end_login(session.user_id, session.family); }

void Sessions::note_use(const LoginProof& who, std::string_view user_agent) {
    list_.note_use({who->sid.value(), who->sub, user_agent, who->iat.value()});
}

Result<bool> Sessions::goes_on(const std::string& user_id, const ListedLogin& login) {
    if (const auto ended = ended_.check(login.handle); !ended) {
        if (ended.error().code == Errc::token_revoked) return false;
        return ended.error();
    }
    // All logins from before "log out everywhere" have ended by its mark.
    const auto is_revoked = revocations_->is_revoked(
        {.issuer = std::string{Tokens::issuer}, .id = "none yet", .subject = user_id, .issued_at = login.started_at});
    if (!is_revoked) return is_revoked.error();
    return !*is_revoked;
}

Result<std::vector<ListedLogin>> Sessions::list(const std::string& user_id) {
    const auto logins = list_.of(user_id);
    if (!logins) return logins.error();
    std::vector<ListedLogin> going_on;
    for (const ListedLogin& login : *logins) {
        const auto is_on = goes_on(user_id, login);
        if (!is_on) return is_on.error();
        if (*is_on) going_on.push_back(login);
    }
    return going_on;
}

Result<bool> Sessions::end_one(const std::string& user_id, const std::string& handle) {
    const auto logins = list(user_id);
    if (!logins) return logins.error();
    for (const ListedLogin& login : *logins) {
        if (login.handle != handle) continue;
        const auto ended = end_login(user_id, handle);
        return ended ? Result<bool>{true} : ended.error();
    }
    return false;
}

Result<void> Sessions::end_others(const LoginProof& who) {
    const auto logins = list_.of(who->sub);
    if (!logins) return logins.error();
    for (const ListedLogin& login : *logins) {
        if (login.handle == who->sid) continue;
        if (const auto ended = end_login(who->sub, login.handle); !ended) return ended.error();
    }
    return {};
}

}  // namespace account
