// SPDX-License-Identifier: MIT
// Sessions in a SQLite file: they outlive the process.
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <utility>
#include <variant>

#include "../support/json_log.hpp"
#include "../support/options.hpp"
#include "session_store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

namespace todos {
namespace {

using Value = std::variant<std::string, std::int64_t>;

std::int64_t seconds_of(credence::NumericDate date) { return date.time_since_epoch().count(); }

/// A statement that is finished when it goes out of scope.
class Statement {
public:
    Statement(sqlite3* database, const char* sql, std::initializer_list<Value> values)
        : is_good_(sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) == SQLITE_OK) {
        int place = 0;
        for (const Value& value : values) bind(++place, value);
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    /// SQLITE_ROW, SQLITE_DONE, or an error.
    [[nodiscard]] int step() { return is_good_ ? sqlite3_step(statement_) : SQLITE_ERROR; }

    [[nodiscard]] std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        return bytes == nullptr
                   ? std::string{}
                   : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
    }
    [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

private:
    void bind(int place, const Value& value) {
        const std::string* text = std::get_if<std::string>(&value);
        const int done = text != nullptr
                             ? sqlite3_bind_blob64(statement_, place, text->data(), text->size(), SQLITE_TRANSIENT)
                             : sqlite3_bind_int64(statement_, place, *std::get_if<std::int64_t>(&value));
        is_good_ = is_good_ && done == SQLITE_OK;
    }

    sqlite3_stmt* statement_ = nullptr;
    bool is_good_ = false;
};

/// Rolls a transaction back, unless it was committed.
class Transaction {
public:
    /// IMMEDIATE: it waits here for another process that writes, and not in its middle, where SQLite would not let it wait.
    explicit Transaction(sqlite3* database) : database_(database), is_open_(run("BEGIN IMMEDIATE")) {}
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (is_open_) run("ROLLBACK");
    }

    [[nodiscard]] bool is_open() const noexcept { return is_open_; }
    [[nodiscard]] bool commit() {
        const bool is_done = run("COMMIT");
        is_open_ = !is_done;
        return is_done;
    }

private:
    bool run(const char* sql) { return sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

    sqlite3* database_;
    bool is_open_;
};

class SqliteSessionStore final : public SessionStore {
public:
    explicit SqliteSessionStore(const std::string& path) {
        warn_of_mode(path);
        ::umask(S_IRWXG | S_IRWXO);  // nobody else has business in the file
        const bool is_open = sqlite3_open(path.c_str(), &database_) == SQLITE_OK;
        sqlite3_busy_timeout(database_, 1000);
        const bool is_ready = is_open && run("PRAGMA journal_mode=WAL", {}) &&
                              run("CREATE TABLE IF NOT EXISTS sessions (hash BLOB PRIMARY KEY, subject BLOB NOT NULL, "
                                  "started_at INTEGER NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID",
                                  {}) &&
                              run("CREATE INDEX IF NOT EXISTS sessions_by_use ON sessions (used_at)", {}) &&
                              run("CREATE INDEX IF NOT EXISTS sessions_by_subject ON sessions (subject, used_at)", {});
        if (is_ready) return;
        sqlite3_close(database_);
        throw support::StartError{"cannot keep sessions in the SQLite file " + path};
    }
    ~SqliteSessionStore() override { sqlite3_close(database_); }

    credence::Result<void> start(const std::string& hash, const Session& session, const SessionRules& rules) override {
        const std::scoped_lock lock{mutex_};
        const auto most = static_cast<std::int64_t>(rules.most_of_one_subject);
        const std::int64_t now = seconds_of(session.started_at);
        Transaction transaction{database_};
        const bool is_done =
            transaction.is_open() &&
            run("DELETE FROM sessions WHERE used_at <= ?", {seconds_of(session.started_at - rules.idle)}) &&
            run("DELETE FROM sessions WHERE hash IN "
                "(SELECT hash FROM sessions WHERE subject = ? ORDER BY used_at DESC LIMIT -1 OFFSET ?)",
                {session.subject, most - 1}) &&
            run("INSERT INTO sessions VALUES (?, ?, ?, ?)", {hash, session.subject, now, now}) && transaction.commit();
        if (!is_done) return unavailable();
        return {};
    }

    credence::Result<std::optional<Session>> use(const std::string& hash, credence::NumericDate now,
                                                 const SessionRules& rules) override {
        const std::scoped_lock lock{mutex_};
        Statement statement{database_,
                            "UPDATE sessions SET used_at = max(used_at, ?) "
                            "WHERE hash = ? AND used_at > ? AND started_at > ? RETURNING subject, started_at",
                            {seconds_of(now), hash, seconds_of(now - rules.idle), seconds_of(now - rules.longest)}};
        const int row = statement.step();
        if (row == SQLITE_DONE) return std::optional<Session>{};
        if (row != SQLITE_ROW) return unavailable();
        Session session{.subject = statement.text(0),
                        .started_at = credence::NumericDate{std::chrono::seconds{statement.number(1)}}};
        if (statement.step() != SQLITE_DONE) return unavailable();
        return std::optional{std::move(session)};
    }

    credence::Result<void> end(const std::string& hash) override {
        const std::scoped_lock lock{mutex_};
        if (!run("DELETE FROM sessions WHERE hash = ?", {hash})) return unavailable();
        return {};
    }

    credence::Result<void> end_all(const std::string& subject) override {
        const std::scoped_lock lock{mutex_};
        if (!run("DELETE FROM sessions WHERE subject = ?", {subject})) return unavailable();
        return {};
    }

private:
    /// A file that is there already keeps its mode.
    static void warn_of_mode(const std::string& path) {
        struct stat file{};
        if (::stat(path.c_str(), &file) == 0 && (file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
            support::log("warning", "sessions_readable_by_others", {{"file", path}});
    }

    bool run(const char* sql, std::initializer_list<Value> values) {
        Statement statement{database_, sql, values};
        int row = statement.step();
        while (row == SQLITE_ROW) row = statement.step();
        return row == SQLITE_DONE;
    }

    credence::Errc unavailable() {
        support::log("error", "store_unavailable", {{"store", "SQLite"}, {"problem", sqlite3_errmsg(database_)}});
        return credence::Errc::store_unavailable;
    }

    std::mutex mutex_;
    sqlite3* database_ = nullptr;
};

}  // namespace

std::shared_ptr<SessionStore> sqlite_session_store(const std::string& path) {
    return std::make_shared<SqliteSessionStore>(path);
}

}  // namespace todos
