// SPDX-License-Identifier: MIT
// SessionStore: what a class must do to keep sessions.
#pragma once

#include <credence/clock.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// What a store keeps of one session. Never the id itself.
struct SessionRecord {
    std::string hash = {};          ///< SHA-256 of the id's text: 32 bytes. The key.
    std::string handle = {};        ///< Names the session among those of its subject: 22 characters.
    std::string subject = {};       ///< Whose it is.
    std::string claims = {};        ///< A JSON object.
    std::string label = {};         ///< UTF-8, at most 256 bytes.
    NumericDate started_at = {};    ///< When the user logged in.
    NumericDate last_used_at = {};  ///< Or shortly before.
    NumericDate expires_at = {};    ///< From this moment on it is over, however often it is used.
    NumericDate ends_at = {};       ///< From this moment on it is over, unless it is used: a store may drop it then.

    friend bool operator==(const SessionRecord&, const SessionRecord&) = default;
};

/// When a session was used, and when it is over after that.
struct SessionUse {
    NumericDate last_used_at = {};
    NumericDate ends_at = {};
};

/// One session of a subject.
struct SubjectSession {
    std::string_view subject = {};
    std::string_view handle = {};
};

/// All sessions of a subject, but perhaps one.
struct SubjectSessions {
    std::string_view subject = {};
    std::string_view except = {};  ///< The hash of the one that stays; empty: none does.
};

/// Where sessions are kept. Called from many threads, and perhaps from many processes, at once. Each is atomic:
/// whatever ends the sessions of a subject also ends one that is being replaced at that moment. An error of any code
/// means that the store could not be asked.
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
    /// All sessions of a subject; those that are over may be among them.
    { store.sessions_of(text) } -> std::same_as<Result<std::vector<SessionRecord>>>;
};

}  // namespace credence
