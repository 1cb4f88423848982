// SPDX-License-Identifier: MIT
// Where sessions are kept: one interface, and three homes.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/result.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace todos {

struct SessionRules {
    std::chrono::seconds idle{1800};       ///< A session that is not used for so long is over,
    std::chrono::seconds longest{86'400};  ///< and every session after this, however often it is used.
    std::size_t most_of_one_subject = 20;  ///< One more login ends the session that was not used for the longest time.
};

struct Session {
    std::string subject = {};
    credence::NumericDate started_at = {};
};

/// Each function may be called from several threads at once, and gives `store_unavailable` when the store could not be
/// asked: then the request is refused, never admitted. It may block, but for no longer than about two seconds.
///
/// A session is known by the SHA-256 of its id: who reads the store cannot log in with what it holds.
class SessionStore {
public:
    SessionStore() = default;
    SessionStore(const SessionStore&) = delete;
    SessionStore& operator=(const SessionStore&) = delete;
    virtual ~SessionStore() = default;

    /// Adds a session that starts now. Those of its subject that are over, or too many, end.
    [[nodiscard]] virtual credence::Result<void> start(const std::string& hash, const Session& session,
                                                       const SessionRules& rules) = 0;
    /// The session, which counts as used now; nullopt when it is not there, or is over.
    [[nodiscard]] virtual credence::Result<std::optional<Session>> use(const std::string& hash,
                                                                       credence::NumericDate now,
                                                                       const SessionRules& rules) = 0;
    [[nodiscard]] virtual credence::Result<void> end(const std::string& hash) = 0;
    [[nodiscard]] virtual credence::Result<void> end_all(const std::string& subject) = 0;
};

[[nodiscard]] std::shared_ptr<SessionStore> memory_session_store();
/// \throws support::StartError
[[nodiscard]] std::shared_ptr<SessionStore> sqlite_session_store(const std::string& path);
/// \param address  `HOST:PORT`. \throws support::StartError
[[nodiscard]] std::shared_ptr<SessionStore> redis_session_store(const std::string& address);

/// `memory`, `sqlite:FILE` or `redis://HOST:PORT`. \throws support::StartError
[[nodiscard]] std::shared_ptr<SessionStore> open_session_store(const std::string& name);

}  // namespace todos
