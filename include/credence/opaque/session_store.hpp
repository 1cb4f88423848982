// SPDX-License-Identifier: MIT
// SessionStore: the concept for a store of sessions.
#pragma once

#include <credence/clock.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// A session in a store: the hash of its id, never the id itself.
struct SessionRecord {
    std::string hash = {};          ///< SHA-256 of the id's text: 32 bytes. The key.
    std::string handle = {};        ///< Names the session among those of its subject: 22 characters.
    std::string subject = {};       ///< The user.
    std::string claims = {};        ///< A JSON object.
    std::string label = {};         ///< UTF-8, at most 256 bytes.
    NumericDate started_at = {};    ///< When the user logged in.
    NumericDate last_used_at = {};  ///< Or shortly before.
    NumericDate expires_at = {};    ///< The session is over from this time on, however often it is used.
    NumericDate ends_at = {};  ///< The session is over from this time on unless it is used: a store may drop it then.

    friend bool operator==(const SessionRecord&, const SessionRecord&) = default;
};

/// The time when a session was used, and the new time when it is over.
struct SessionUse {
    NumericDate last_used_at = {};
    NumericDate ends_at = {};
};

/// One session of a subject.
struct SubjectSession {
    std::string_view subject = {};
    std::string_view handle = {};
};

/// All sessions of a subject, except for one if it is named.
struct SubjectSessions {
    std::string_view subject = {};
    std::string_view except = {};  ///< The hash of the session that stays; empty: none.
};

/// A store of sessions. Called from several threads and processes at once. Each function is atomic: a function that
/// ends the sessions of a subject also ends one that is being replaced at that moment. An error of any code means that
/// the store did not answer.
template <class Store>
concept SessionStore = requires(Store& store, const SessionRecord& record, std::string_view text, SessionUse use,
                                SubjectSession one, SubjectSessions several) {
    { store.insert_session(record) } -> std::same_as<Result<void>>;
    { store.find_session(text) } -> std::same_as<Result<std::optional<SessionRecord>>>;
    /// Takes over the times of a session, by its hash; a later `last_used_at` stays. False if it is not there.
    { store.touch_session(text, use) } -> std::same_as<Result<bool>>;
    /// Drops the session with this hash and inserts the record; false, and no change, if it is not there.
    { store.replace_session(text, record) } -> std::same_as<Result<bool>>;
    /// Drops the session with this hash, if it is there.
    { store.end_session(text) } -> std::same_as<Result<void>>;
    /// Drops one session of a subject; false if it is not there.
    { store.end_session_of(one) } -> std::same_as<Result<bool>>;
    { store.end_sessions_of(several) } -> std::same_as<Result<void>>;
    /// All sessions of a subject; expired ones may be among them.
    { store.sessions_of(text) } -> std::same_as<Result<std::vector<SessionRecord>>>;
};

}  // namespace credence
