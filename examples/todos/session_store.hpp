// SPDX-License-Identifier: MIT
// Where sessions are kept: one interface, and three homes.
#pragma once

#include <credence/registered_claims.hpp>
#include <credence/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace todos {

struct Session {
    std::string subject = {};
    credence::NumericDate started_at = {};
};

/// What a use of a session is checked with.
struct SessionUse {
    std::string hash = {};  ///< SHA-256 of the session's id: who reads the store cannot log in with what it holds.
    credence::NumericDate now = {};
    std::chrono::seconds idle{0};  ///< A session that was not used for so long is over.
};

/// Each function may be called from several threads at once, and gives `store_unavailable` when the store could not be
/// asked: then the request is refused, never admitted.
class SessionStore {
public:
    SessionStore() = default;
    SessionStore(const SessionStore&) = delete;
    SessionStore& operator=(const SessionStore&) = delete;
    virtual ~SessionStore() = default;

    [[nodiscard]] virtual credence::Result<void> start(const SessionUse& use, const Session& session) = 0;
    /// The session, which counts as used now; nullopt when it is not there, or was left alone for too long.
    [[nodiscard]] virtual credence::Result<std::optional<Session>> use(const SessionUse& use) = 0;
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
