// SPDX-License-Identifier: MIT
// The connection that a thread holds over several calls of the stores, so that they see one state, or change all or nothing.
#pragma once

#include <cstdint>
#include <utility>

#include "database.hpp"

namespace account {

/// The session that this thread has open, as long as the object lives.
class JoinedSession {
public:
    enum class Use : std::uint8_t { reading, writing };

    JoinedSession(const Database& database, SqlSession& session, Use use) noexcept
        : outer_(std::exchange(current(), this)), database_(&database), session_(&session), use_(use) {}
    JoinedSession(const JoinedSession&) = delete;
    JoinedSession& operator=(const JoinedSession&) = delete;
    ~JoinedSession() { current() = outer_; }

    /// Whether something failed inside. Then nothing may be committed, even if the exception was caught.
    [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

    /// Runs `work` with the connection that this thread has open to a database for such a use.
    ///
    /// \return false when there is none, and nothing was run
    [[nodiscard]] static bool run(const Database& database, Use use, const Database::Work& work) {
        JoinedSession* const joined = current();
        if (joined == nullptr || joined->database_ != &database) return false;
        if (use == Use::writing && joined->use_ != Use::writing) return false;
        const bool had_failed = std::exchange(joined->has_failed_, true);
        work(*joined->session_);
        joined->has_failed_ = had_failed;
        return true;
    }

private:
    static JoinedSession*& current() noexcept {
        static thread_local JoinedSession* open = nullptr;
        return open;
    }

    JoinedSession* outer_;
    const Database* database_;
    SqlSession* session_;
    Use use_;
    bool has_failed_ = false;
};

}  // namespace account
