// SPDX-License-Identifier: MIT
// Logins: access tokens and refresh tokens that belong together, from start to end, and a list of them.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/opaque/refresh_tokens.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/result.hpp>
#include <credence/opaque/detail/label_text.hpp>
#include <credence/opaque/detail/login_families.hpp>
#include <credence/opaque/detail/refresh_token.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace credence {

/// Names and lifetimes of logins.
struct LoginRules {
    /// `iss` of the access tokens. No other tokens may have this name, nor this name followed by `:login`.
    std::string issuer = {};
    /// The time from `iat` to `exp` of the longest access token, including its verifier's leeway. The end of a login is
    /// remembered for this long after its refresh tokens expire.
    std::chrono::seconds access_lifetime{std::chrono::hours{1}};
    /// See `RefreshRules`.
    std::chrono::seconds lifetime = std::chrono::hours{24 * 30};
    std::chrono::seconds grace{10};
    /// The most logins of one subject, at least 1. One more ends the login that was unused for the longest time. Unset:
    /// no limit.
    std::optional<std::size_t> max_per_subject = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A login for its client: the contents of its access token, and the refresh token.
struct Login {
    std::string handle = {};         ///< Identifies the login: the claim `sid` of its access tokens. Not a secret.
    std::string subject = {};        ///< The user: `sub`.
    std::string refresh_token = {};  ///< A secret: send it to the client only.
    NumericDate issued_at = {};      ///< `iat` of the access token to sign now. See `Logins::start`.
    NumericDate expires_at = {};     ///< The refresh token is expired from this time on.
};

/// The claims by which an access token names its login and user.
struct LoginUse {
    std::string_view handle = {};   ///< `sid`
    std::string_view subject = {};  ///< `sub`
    NumericDate issued_at = {};     ///< `iat`
    std::string_view label = {};    ///< As of `SessionOptions`.
};

/// Starts, renews, lists and ends logins. A login has access tokens, which you sign and which last for minutes, and a
/// refresh token. It ends as a whole and at once: then none of its tokens is valid, of either kind.
///
///     credence::Logins logins{store, {.issuer = "https://id.example"}};
///     const auto login = logins.start("42", {.label = user_agent});  // after the password was right
///     // now sign .iss, .sub = login->subject, .iat = login->issued_at, .exp, .jti, and sid = login->handle
///
/// Verify the access tokens with `Revocation{store}`, which covers all tokens of a subject, and call `(check)(sid)` as
/// well.
///
/// Errors are those of `RefreshTokens`; `store_unavailable`, for an answer of 503, if the store does not answer.
///
/// \tparam Store  a `RefreshStore` and `RevocationStore`.
/// \tparam List   a `SessionStore` for the list, which may be the same. The subjects in it begin with `login:`.
///
/// Threads may share one when they may share the stores.
template <class Store, SessionStore List = Store>
    requires(RefreshStore<Store> && RevocationStore<Store>)
class Logins {
public:
    /// \param store  kept alive, and not null; the list as well.
    Logins(std::shared_ptr<Store> store, std::shared_ptr<List> list, LoginRules rules)
        : store_(std::move(store)),
          list_(std::move(list)),
          rules_(std::move(rules)),
          families_(std::make_shared<detail::LoginFamilies<Store>>(store_, rules_.issuer + ":login", longest_login(),
                                                                   rules_.clock)),
          refresh_(families_, {.lifetime = rules_.lifetime, .grace = rules_.grace, .clock = rules_.clock}) {}
    Logins(std::shared_ptr<Store> store, LoginRules rules)
        requires std::same_as<Store, List>
        : Logins(store, store, std::move(rules)) {}

    /// Starts a login: call it after the password was right.
    ///
    /// In the second of "log out everywhere", and as long as another instance's clock was ahead then, `issued_at` is up
    /// to 5 seconds in the future: the access token is refused until that second. Answer the client then.
    [[nodiscard]] Result<Login> start(const std::string& subject, const SessionOptions& options = {}) {
        for (int tries = 0; tries < 3; ++tries) {
            auto login = begin(subject, options);
            if (!login) return login;
            // All logins may have ended since the time was chosen, when its refresh token did not exist yet.
            const auto is_over = store_->is_revoked(token_of(subject, login->issued_at));
            if (!is_over) return unavailable(is_over.error());
            if (!*is_over) return login;
            if (const auto ended = end({.subject = subject, .handle = login->handle}); !ended) return ended.error();
        }
        return Error{Errc::store_unavailable, {}, "all logins of the subject were ended again each time"};
    }

    /// The user of a refresh token, without using it. See `RefreshTokens::subject_of`.
    [[nodiscard]] Result<std::string> subject_of(std::string_view refresh_token) {
        return refresh_.subject_of(refresh_token);
    }

    /// Exchanges a refresh token: the same login, a new refresh token, and an access token to sign. A token that was
    /// used before ends its login. See `RefreshTokens::rotate`.
    [[nodiscard]] Result<Login> renew(std::string_view refresh_token, const SessionOptions& options = {}) {
        // The token counts as issued before the exchange: if all logins end in between, it ends with them.
        const NumericDate issued_at = now();
        auto refresh = refresh_.rotate(refresh_token);
        if (!refresh) return std::move(refresh).error();
        static_cast<void>(note_use({refresh->family, refresh->subject, issued_at, options.label}));
        return login_of(*std::move(refresh), issued_at);
    }

    /// Success if the login of an access token goes on; `token_revoked` if it has ended. "Log out everywhere" is not
    /// checked here: `Revocation` does that.
    [[nodiscard]] Result<void>(check)(std::string_view handle) const { return families_->check_login(handle); }

    /// Records the time of use in the list, at most once a minute for each login. A login that is not in the list is
    /// added: it began before there was a list. An error here does not affect the request.
    Result<void> note_use(const LoginUse& use) {
        const NumericDate moment = now();
        if (!uses_.is_due(use.handle, moment)) return {};
        const auto is_there = list_->touch_session(
            detail::hash_of_token(use.handle),
            {.last_used_at = moment, .ends_at = detail::saturating_sum(use.issued_at, longest_login())});
        if (!is_there) return unavailable(is_there.error());
        return *is_there ? Result<void>{} : add(use);
    }

    /// Ends the login that a proven access token names: log out. A login that has ended is not an error.
    [[nodiscard]] Result<void> end(SubjectSession login) {
        const auto ended = families_->revoke_family(login.handle);
        if (!ended) return unavailable(ended.error());
        unlist(login);
        return {};
    }

    /// Ends the login that a refresh token belongs to. An unknown token is not an error.
    [[nodiscard]] Result<void> end_login_of(std::string_view refresh_token) { return refresh_.revoke(refresh_token); }

    /// Ends one login of a subject by its handle, which may come from anybody. \return false if the subject has none
    ///         with this handle.
    [[nodiscard]] Result<bool> end_one(SubjectSession one) {
        const auto logins = list(one.subject);
        if (!logins) return logins.error();
        const bool is_there = std::any_of(logins->begin(), logins->end(),
                                          [one](const SessionInfo& login) { return login.handle == one.handle; });
        if (!is_there) return false;
        if (const auto ended = end(one); !ended) return ended.error();
        return true;
    }

    /// Ends all logins of a subject in the list except for this one.
    [[nodiscard]] Result<void> end_others(SubjectSession login) {
        const auto logins = listed(login.subject);
        if (!logins) return logins.error();
        for (const SessionInfo& other : *logins) {
            if (other.handle == login.handle) continue;
            if (const auto ended = end({.subject = login.subject, .handle = other.handle}); !ended)
                return ended.error();
        }
        return {};
    }

    /// Ends all logins of a subject up to this second: log out everywhere. Tokens of an instance whose clock is ahead
    /// end as well.
    [[nodiscard]] Result<void> end_all(std::string_view subject) {
        // First the refresh tokens, then the subject: access tokens from exchanges before the first step are older than
        // the second.
        if (const auto ended = families_->revoke_subject(subject); !ended) return unavailable(ended.error());
        const NumericDate mark = now();
        const auto marked = store_->revoke_subject({.issuer = rules_.issuer, .subject = std::string{subject}}, mark);
        if (!marked) return unavailable(marked.error());
        // Then those of logins that began in between. `start` checks for the revocation after it has issued a token.
        if (const auto ended = families_->revoke_subject(subject); !ended) return unavailable(ended.error());
        if (const auto ended = end_recently_used(subject, mark); !ended) return ended.error();
        static_cast<void>(list_->end_sessions_of({.subject = listed_subject(subject)}));
        return {};
    }

    /// The logins of a subject that go on, the last used one first. `expires_at` is the end of its last access token.
    [[nodiscard]] Result<std::vector<SessionInfo>> list(std::string_view subject) const {
        auto logins = listed(subject);
        if (!logins) return logins;
        std::vector<SessionInfo> going_on;
        for (SessionInfo& login : *logins) {
            const auto is_on = goes_on(subject, login);
            if (!is_on) return is_on.error();
            if (*is_on) going_on.push_back(std::move(login));
        }
        return going_on;
    }

    /// Adds a login to the list of which only a refresh token's record is known, because it began before there was a
    /// list. Its start is derived from the token's end. If it is in the list already, its time of use is updated.
    [[nodiscard]] Result<void> adopt(const RefreshRecord& token) {
        const NumericDate started_at = (std::min)(now(), detail::saturating_sum(token.expires_at, -rules_.lifetime));
        const SessionUse use{.last_used_at = token.used_at.value_or(started_at),
                             .ends_at = detail::saturating_sum(token.expires_at, rules_.access_lifetime)};
        const std::string hash = detail::hash_of_token(token.family);
        const auto is_there = list_->touch_session(hash, use);
        if (!is_there) return unavailable(is_there.error());
        if (*is_there) return {};
        SessionRecord record = record_of({token.family, token.subject, started_at, {}});
        record.last_used_at = use.last_used_at;
        record.expires_at = record.ends_at = use.ends_at;
        const auto inserted = list_->insert_session(record);
        // Another instance may have added it at the same time.
        if (inserted || list_->touch_session(hash, use).value_or(false)) return {};
        return unavailable(inserted.error());
    }

private:
    [[nodiscard]] NumericDate now() const { return detail::moment_of(rules_.clock); }
    [[nodiscard]] std::chrono::seconds longest_login() const {
        constexpr std::chrono::seconds none{0};
        return (std::max)(rules_.lifetime, none) + (std::max)(rules_.access_lifetime, none);
    }
    [[nodiscard]] static Error unavailable(const Error& error) { return {Errc::store_unavailable, {}, error.reason}; }
    [[nodiscard]] static std::string listed_subject(std::string_view subject) {
        return std::string{"login:"}.append(subject);
    }
    [[nodiscard]] static Login login_of(RefreshToken refresh, NumericDate issued_at) {
        return {std::move(refresh.family), std::move(refresh.subject), std::move(refresh.token), issued_at,
                refresh.expires_at};
    }

    /// A login in the store and in the list. Its access token is issued after the last "log out everywhere".
    [[nodiscard]] Result<Login> begin(const std::string& subject, const SessionOptions& options) {
        const auto issued_at = moment_for(subject);
        if (!issued_at) return issued_at.error();
        auto refresh = refresh_.issue(subject);
        if (!refresh) return std::move(refresh).error();
        // Before anybody has a token of it, so that every login that goes on is in the list.
        if (const auto added = add({refresh->family, refresh->subject, *issued_at, options.label}); !added)
            return added.error();
        if (const auto kept = end_surplus_beside(*refresh); !kept) {
            static_cast<void>(end({.subject = refresh->subject, .handle = refresh->family}));  // nobody gets its tokens
            return kept.error();
        }
        return login_of(*std::move(refresh), *issued_at);
    }

    /// A time at which a token of this subject may be issued: after the last "log out everywhere".
    [[nodiscard]] Result<NumericDate> moment_for(const std::string& subject) const {
        NumericDate moment = now();
        for (int tries = 0; tries < 6; ++tries, moment = detail::saturating_sum(moment, std::chrono::seconds{1})) {
            const auto is_revoked = store_->is_revoked(token_of(subject, moment));
            if (!is_revoked) return unavailable(is_revoked.error());
            if (!*is_revoked) return moment;
        }
        return Error{Errc::store_unavailable, {}, "all logins of the subject are revoked up to a time in the future"};
    }

    /// A token that can be revoked only by its subject and time.
    [[nodiscard]] TokenIdentity token_of(std::string_view subject, NumericDate issued_at) const {
        return {.issuer = rules_.issuer, .id = {}, .subject = std::string{subject}, .issued_at = issued_at};
    }

    [[nodiscard]] SessionRecord record_of(const LoginUse& login) const {
        const NumericDate end = detail::saturating_sum(login.issued_at, longest_login());
        return {.hash = detail::hash_of_token(login.handle),
                .handle = std::string{login.handle},
                .subject = listed_subject(login.subject),
                .claims = "{}",
                .label = detail::label_text(login.label),
                .started_at = login.issued_at,
                .last_used_at = now(),
                .expires_at = end,
                .ends_at = end};
    }

    [[nodiscard]] Result<void> add(const LoginUse& login) {
        const SessionRecord record = record_of(login);
        static_cast<void>(uses_.is_due(login.handle, record.last_used_at));
        if (record.hash.empty()) return Error{Errc::store_unavailable, {}, detail::no_hash};
        const auto added = list_->insert_session(record);
        return added ? Result<void>{} : Result<void>{unavailable(added.error())};
    }

    /// The entries that have not expired; logins that have ended may be among them.
    [[nodiscard]] Result<std::vector<SessionInfo>> listed(std::string_view subject) const {
        const auto records = list_->sessions_of(listed_subject(subject));
        if (!records) return unavailable(records.error());
        std::vector<SessionInfo> logins;
        for (const SessionRecord& record : *records) {
            if (record.expires_at <= now()) continue;
            logins.push_back({record.handle, record.label, record.started_at, record.last_used_at, record.expires_at});
        }
        std::sort(logins.begin(), logins.end(), [](const SessionInfo& left, const SessionInfo& right) {
            return std::tie(right.last_used_at, right.started_at, left.handle) <
                   std::tie(left.last_used_at, left.started_at, right.handle);
        });
        return logins;
    }

    [[nodiscard]] Result<bool> goes_on(std::string_view subject, const SessionInfo& login) const {
        if (const auto on = families_->check_login(login.handle); !on) {
            if (on.error().code == Errc::token_revoked) return false;
            return on.error();
        }
        const auto is_revoked = store_->is_revoked(token_of(subject, login.started_at));
        if (!is_revoked) return unavailable(is_revoked.error());
        return !*is_revoked;
    }

    /// Ends the logins one by one that were used shortly before `mark`, or after it: an instance whose clock is ahead
    /// may have given them access tokens that are later than the mark. The list may be a minute late.
    [[nodiscard]] Result<void> end_recently_used(std::string_view subject, NumericDate mark) {
        const auto logins = listed(subject);
        if (!logins) return logins.error();
        for (const SessionInfo& login : *logins) {
            if (login.last_used_at < detail::saturating_sum(mark, -max_leeway)) continue;
            if (const auto ended = families_->revoke_family(login.handle); !ended) return unavailable(ended.error());
        }
        return {};
    }

    /// Drops a login from the list. If that fails, the entry stays in the store; `list` does not show it.
    void unlist(SubjectSession login) {
        static_cast<void>(list_->end_session_of({.subject = listed_subject(login.subject), .handle = login.handle}));
    }

    /// Ends the logins beyond `max_per_subject`. Called after the insertion, so that simultaneous logins count each
    /// other. Entries of logins that have ended do not count, and are dropped.
    [[nodiscard]] Result<void> end_surplus_beside(const RefreshToken& newest) {
        if (!rules_.max_per_subject) return {};
        auto logins = listed(newest.subject);
        if (!logins) return logins.error();
        std::erase_if(*logins, [&newest](const SessionInfo& login) { return login.handle == newest.family; });
        std::size_t left = (std::max)(*rules_.max_per_subject, std::size_t{1}) - 1;
        if (logins->size() <= left) return {};
        for (const SessionInfo& login : *logins) {
            const SubjectSession one{.subject = newest.subject, .handle = login.handle};
            const auto is_on = goes_on(newest.subject, login);
            if (!is_on) return is_on.error();
            if (!*is_on) {
                unlist(one);
            } else if (left > 0) {
                --left;
            } else if (const auto ended = end(one); !ended) {
                return ended.error();
            }
        }
        return {};
    }

    std::shared_ptr<Store> store_;
    std::shared_ptr<List> list_;
    LoginRules rules_;
    std::shared_ptr<detail::LoginFamilies<Store>> families_;
    RefreshTokens<detail::LoginFamilies<Store>> refresh_;
    detail::RecentUses uses_ = {};
};

}  // namespace credence
