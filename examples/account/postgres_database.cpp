// SPDX-License-Identifier: MIT
// The pool of connections to PostgreSQL.
#include "postgres_database.hpp"

#include <chrono>
#include <utility>

#include "joined_session.hpp"
#include "postgres_session.hpp"

namespace account {

/// A connection for the time of a call. One whose work failed may be in any state, and is closed.
class PostgresDatabase::Lease {
public:
    explicit Lease(PostgresDatabase& database) : database_(database), session_(database.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { database_.give_back(is_good_ ? std::move(session_) : nullptr); }
    PostgresSession& session() noexcept { return *session_; }
    void is_good() noexcept { is_good_ = true; }

private:
    PostgresDatabase& database_;
    std::unique_ptr<PostgresSession> session_;
    bool is_good_ = false;
};

PostgresDatabase::PostgresDatabase(std::string url) : url_(std::move(url)) {
    idle_.reserve(most_connections);  // give_back then does not allocate
    read([](SqlSession&) {});
}

PostgresDatabase::~PostgresDatabase() = default;

std::unique_ptr<PostgresSession> PostgresDatabase::take() {
    {
        std::unique_lock lock{mutex_};
        const bool is_free =
            returned_.wait_for(lock, std::chrono::seconds{5}, [this] { return taken_ < most_connections; });
        if (!is_free) throw StoreError{"all connections to PostgreSQL are in use"};
        ++taken_;
        while (!idle_.empty()) {
            auto session = std::move(idle_.back());
            idle_.pop_back();
            if (session->is_alive()) return session;
        }
    }
    try {
        return std::make_unique<PostgresSession>(url_);
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void PostgresDatabase::give_back(std::unique_ptr<PostgresSession> session) noexcept {
    {
        const std::lock_guard lock{mutex_};
        --taken_;
        if (session) idle_.push_back(std::move(session));
    }
    returned_.notify_one();
}

void PostgresDatabase::read(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::reading, work)) return;
    Lease lease{*this};
    work(lease.session());
    lease.is_good();
}

void PostgresDatabase::change(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::writing, work)) return;
    Lease lease{*this};
    work(lease.session());
    lease.is_good();
}

void PostgresDatabase::write(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::writing, work)) return;
    Lease lease{*this};
    lease.session().run_script("begin");
    {
        const JoinedSession joined{*this, lease.session(), JoinedSession::Use::writing};
        work(lease.session());  // if it throws, the connection is closed, which rolls back
        // PostgreSQL would silently roll back a failed transaction at its commit, without an error.
        if (joined.has_failed()) throw StoreError{"PostgreSQL: a part of the transaction failed"};
    }
    lease.session().run_script("commit");
    lease.is_good();
}

std::string PostgresDatabase::moment_as_text(std::string_view column) const {
    return "to_char(" + std::string{column} + R"( at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))";
}

void PostgresDatabase::lock_schema(SqlSession& session) {
    session.run("select pg_advisory_xact_lock(7239846123)", {});  // any number, but always this one
}

}  // namespace account
