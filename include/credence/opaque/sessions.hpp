// SPDX-License-Identifier: MIT
// Sessions: a random id in a cookie, and claims that the server keeps and can end at any moment.
#pragma once

#include <credence/bytes.hpp>
#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/opaque/session_store.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/jwt/detail/stored_claims.hpp>
#include <credence/opaque/detail/any_session_store.hpp>
#include <credence/opaque/detail/label_text.hpp>
#include <credence/opaque/detail/refresh_token.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace credence {

/// Lifetimes of sessions.
struct SessionRules {
    /// A session that is not used for this long is over. A negative one counts as zero: over at once. The time of last
    /// use is written at most once in a tenth of it, and at most once a minute, so a session may end by that much
    /// earlier.
    std::chrono::seconds idle{std::chrono::minutes{30}};
    /// From the start on, however often the session is used or renewed.
    std::chrono::seconds lifetime{std::chrono::hours{24}};
    /// The most sessions of one subject, at least 1. One more login ends the session that was unused for the longest
    /// time. Simultaneous logins may end one another. Unset: no limit.
    std::optional<std::size_t> max_per_subject = {};
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// Properties of a session besides its claims.
struct SessionOptions {
    /// Shown to the user in a list of sessions, such as the value of `User-Agent`. Made UTF-8 without control
    /// characters, and cut at 256 bytes.
    std::string label = {};
};

/// A session for its client: `set_cookie(session_cookie(session))`.
struct Session {
    std::string id = {};          ///< `sess_` and 256 random bits as base64url. A secret: send it to the client only.
    std::string handle = {};      ///< Names the session in lists. Not a secret; it stays when the id is renewed.
    std::string subject = {};     ///< The user: `sub`.
    NumericDate expires_at = {};  ///< At the latest.
    std::chrono::seconds remaining{0};  ///< From now until `expires_at`.
};

/// A session in a list, without its id.
struct SessionInfo {
    std::string handle = {};
    std::string label = {};
    NumericDate started_at = {};
    NumericDate last_used_at = {};  ///< To within a tenth of `SessionRules::idle`, or a minute.
    NumericDate expires_at = {};    ///< At the latest.
};

/// Starts, verifies and ends sessions. It is a `TokenVerifier`:
///
///     credence::Sessions<AccountClaims> sessions{store, {.idle = 30min, .lifetime = 24h}};
///     server.Get("/me", credence::protect(sessions, me, {.header = "", .cookie = "__Host-session"}));
///
/// Claims are any claims type with a subject (`sub`). They are kept as JSON. Their `exp` and `nbf` count, if they have
/// them: the session is over no later than its claims. Claims that are bound to a key (`cnf`) are refused.
///
/// Errors of each function that takes an id: `malformed_token` for a text that is not an id; `token_revoked` for an
/// unknown or ended session; `token_expired` for one that is over; `store_unavailable`. Over HTTP all but the last are
/// the same 401. A record that cannot be read, or has claims of another type, is refused with the error of its JSON.
///
/// A cheap handle to shared state: copy it freely. Threads may share one if they may share the store.
template <class Claims>
class Sessions {
public:
    /// The claims type that it proves.
    using claims_type = Claims;

    /// \param store  kept alive. Null: every call fails with `store_unavailable`.
    template <SessionStore Store>
    explicit Sessions(std::shared_ptr<Store> store, SessionRules rules = {})
        : state_(std::make_shared<const State>(std::move(store), std::move(rules))) {}

    /// Starts a session after a login, always with a new id. An id from before the login may be known to others; end
    /// that session, or `renew` it.
    ///
    /// \return `missing_claim` for claims without `sub`, errors as of `encode`, `store_unavailable`.
    [[nodiscard]] Result<Session> start(const Claims& claims, const SessionOptions& options = {}) const {
        const auto written = state_->claims.write(claims);
        if (!written) return written.error();
        const auto handle = detail::random_text<16>();
        if (!handle) return Error{Errc::store_unavailable, {}, detail::no_randomness};
        const NumericDate moment = now();
        SessionRecord record{.handle = *handle,
                             .label = detail::label_text(options.label),
                             .started_at = moment,
                             .expires_at = detail::saturating_sum(moment, state_->rules.lifetime)};
        return with_new_id(std::move(record), *written, [&](const SessionRecord& made) -> Result<void> {
            return answered(state_->store.insert(made));
        });
    }

    /// Returns the claims of a session, and records its use.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view id) const {
        auto record = find_alive(id);
        if (!record) return std::move(record).error();
        auto who = state_->claims.prove(std::move(record->claims));
        if (!who) return std::move(who).error();
        if (auto used = note_use(*record); !used) return std::move(used).error();
        return who;
    }

    /// Whether a text has the form of a session's id, which no signed token and no API key has.
    [[nodiscard]] bool recognizes(std::string_view text) const { return is_id(text); }

    /// Gives a session a new id, and perhaps other claims; the old id is then invalid. Handle, label and the latest end
    /// stay. Call it after each change of rights: an id that leaked before then has none of the new rights.
    [[nodiscard]] Result<Session> renew(std::string_view id) const { return renewed(id, nullptr); }
    [[nodiscard]] Result<Session> renew(std::string_view id, const Claims& claims) const {
        return renewed(id, std::addressof(claims));
    }

    /// Ends a session: log out. An unknown session is not an error.
    [[nodiscard]] Result<void> end(std::string_view id) const {
        const auto hash = hash_of(id);
        if (!hash) return hash.error();
        return answered(state_->store.end(*hash));
    }

    /// Ends all sessions of a subject: log out everywhere.
    [[nodiscard]] Result<void> end_all(std::string_view subject) const {
        return answered(state_->store.end_all({.subject = subject}));
    }

    /// Ends all sessions of this session's subject but itself.
    [[nodiscard]] Result<void> end_others(std::string_view id) const {
        const auto record = find_alive(id);
        if (!record) return record.error();
        return answered(state_->store.end_all({.subject = record->subject, .except = record->hash}));
    }

    /// Ends one session of a subject by its handle. \return false if the subject has none with this handle.
    [[nodiscard]] Result<bool> end_one(std::string_view subject, std::string_view handle) const {
        const auto ended = state_->store.end_one({.subject = subject, .handle = handle});
        if (!ended) return unavailable(ended.error());
        return *ended;
    }

    /// The sessions of a subject that are not over, the last used one first.
    [[nodiscard]] Result<std::vector<SessionInfo>> list(std::string_view subject) const {
        const auto records = state_->store.list(subject);
        if (!records) return unavailable(records.error());
        std::vector<SessionInfo> infos;
        for (const SessionRecord& record : *records) {
            if (now() < end_of(record)) infos.push_back(info_of(record));
        }
        std::sort(infos.begin(), infos.end(), [](const SessionInfo& left, const SessionInfo& right) {
            return std::tie(right.last_used_at, right.started_at, left.handle) <
                   std::tie(left.last_used_at, left.started_at, right.handle);
        });
        return infos;
    }

    /// The list entry of this session, so that a page can mark it. The session does not count as used.
    [[nodiscard]] Result<SessionInfo> describe(std::string_view id) const {
        const auto record = find_alive(id);
        if (!record) return record.error();
        return info_of(*record);
    }

private:
    static constexpr std::string_view prefix = "sess_";

    struct State {
        template <class Store>
        State(std::shared_ptr<Store> kept, SessionRules given)
            : store(std::move(kept)), rules(std::move(given)), claims(rules.clock) {
            rules.idle = (std::max)(rules.idle, std::chrono::seconds{0});
        }
        detail::AnySessionStore store;
        SessionRules rules;
        detail::StoredClaims<Claims> claims;
        detail::Hasher hasher{detail::Hash::sha256};
    };

    [[nodiscard]] NumericDate now() const { return detail::moment_of(state_->rules.clock); }

    [[nodiscard]] static bool is_id(std::string_view text) {
        return text.starts_with(prefix) && detail::is_random_text<32>(text.substr(prefix.size()));
    }

    [[nodiscard]] Result<std::string> hash_of(std::string_view id) const {
        if (!is_id(id)) return Error{Errc::malformed_token, {}, "not the id of a session"};
        const detail::ErrorQueueGuard guard;
        std::string hash = state_->hasher(detail::as_bytes(id));
        if (hash.empty()) return Error{Errc::store_unavailable, {}, detail::no_hash};
        return hash;
    }

    [[nodiscard]] static Result<void> answered(const Result<void>& done) {
        return done ? Result<void>{} : Result<void>{unavailable(done.error())};
    }

    /// An error of the store, with its reason for the log.
    [[nodiscard]] static Error unavailable(const Error& error) { return {Errc::store_unavailable, {}, error.reason}; }

    [[nodiscard]] static SessionInfo info_of(const SessionRecord& record) {
        return {record.handle, record.label, record.started_at, record.last_used_at, record.expires_at};
    }

    /// The time at which a session is over unless it is used. The current rules count, not those at its start.
    [[nodiscard]] NumericDate end_of(const SessionRecord& record) const {
        const SessionRules& rules = state_->rules;
        return (std::min)({record.expires_at, detail::saturating_sum(record.started_at, rules.lifetime),
                           detail::saturating_sum(record.last_used_at, rules.idle)});
    }

    [[nodiscard]] Result<SessionRecord> find_alive(std::string_view id) const {
        const auto hash = hash_of(id);
        if (!hash) return hash.error();
        auto found = state_->store.find(*hash);
        if (!found) return unavailable(found.error());
        if (!*found) return Error{Errc::token_revoked, {}, "no such session"};
        if (end_of(**found) <= now()) return Error{Errc::token_expired, {}, "the session is over"};
        return *std::move(*found);
    }

    /// Writes the time of use, if it is old enough. A session that was ended meanwhile is refused.
    [[nodiscard]] Result<void> note_use(SessionRecord& record) const {
        const NumericDate moment = now();
        const auto pause = (std::min)(state_->rules.idle / 10, std::chrono::seconds{60});
        if (moment <= record.last_used_at || moment < detail::saturating_sum(record.last_used_at, pause)) return {};
        record.last_used_at = moment;
        const auto is_there = state_->store.touch(record.hash, {.last_used_at = moment, .ends_at = end_of(record)});
        if (!is_there) return unavailable(is_there.error());
        if (!*is_there) return Error{Errc::token_revoked, {}, "no such session"};
        return {};
    }

    [[nodiscard]] Result<Session> renewed(std::string_view id, const Claims* claims) const {
        auto record = find_alive(id);
        if (!record) return std::move(record).error();
        auto written = Result<detail::WrittenClaims>{detail::WrittenClaims{record->claims, record->subject, {}}};
        if (claims != nullptr) written = state_->claims.write(*claims);
        if (!written) return std::move(written).error();
        const std::string old_hash = record->hash;
        return with_new_id(*std::move(record), *written, [&](const SessionRecord& made) -> Result<void> {
            const auto replaced = state_->store.replace(old_hash, made);
            if (!replaced) return unavailable(replaced.error());
            if (!*replaced) return Error{Errc::token_revoked, {}, "no such session"};
            return {};
        });
    }

    /// Makes an id, completes the record, and hands it to `keep`.
    template <class Keep>
    [[nodiscard]] Result<Session> with_new_id(SessionRecord record, const detail::WrittenClaims& written,
                                              const Keep& keep) const {
        const auto random = detail::random_text<32>();
        if (!random) return Error{Errc::store_unavailable, {}, detail::no_randomness};
        Session session{.id = std::string{prefix} + *random};
        const auto hash = hash_of(session.id);
        if (!hash) return hash.error();
        const bool is_login = record.subject != written.subject;
        record.hash = *hash;
        record.subject = written.subject;
        record.claims = written.json;
        record.last_used_at = now();
        if (written.expires_at) record.expires_at = (std::min)(record.expires_at, *written.expires_at);
        record.ends_at = end_of(record);
        if (const auto kept = keep(std::as_const(record)); !kept) return kept.error();
        session.handle = record.handle;
        session.subject = record.subject;
        session.expires_at = record.expires_at;
        session.remaining = record.expires_at - record.last_used_at;
        if (!is_login || !state_->rules.max_per_subject) return session;
        if (const auto kept = end_surplus_beside(session); !kept) {
            static_cast<void>(state_->store.end(record.hash));  // nobody gets its id
            return kept.error();
        }
        return session;
    }

    /// Ends the sessions beyond `max_per_subject`. Called after the insertion, so that simultaneous logins count each
    /// other.
    [[nodiscard]] Result<void> end_surplus_beside(const Session& newest) const {
        auto infos = list(newest.subject);
        if (!infos) return infos.error();
        std::erase_if(*infos, [&newest](const SessionInfo& info) { return info.handle == newest.handle; });
        std::size_t left = state_->rules.max_per_subject.value_or(0);
        for (const SessionInfo& info : *infos) {
            if (left > 1) {
                --left;
            } else if (const auto ended = end_one(newest.subject, info.handle); !ended) {
                return ended.error();
            }
        }
        return {};
    }

    std::shared_ptr<const State> state_;
};

}  // namespace credence
