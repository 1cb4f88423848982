// SPDX-License-Identifier: MIT
// Sessions in a SQLite file: they outlive the process.
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

class SqliteSessionStore final : public SessionStore {
public:
    explicit SqliteSessionStore(const std::string& path) {
        ::umask(S_IRWXG | S_IRWXO);  // nobody else has business in the file
        const bool is_open = sqlite3_open(path.c_str(), &database_) == SQLITE_OK;
        sqlite3_busy_timeout(database_, 1000);
        const bool is_ready = is_open && run("PRAGMA journal_mode=WAL", {}) &&
                              run("CREATE TABLE IF NOT EXISTS sessions (hash BLOB PRIMARY KEY, subject BLOB NOT NULL, "
                                  "started_at INTEGER NOT NULL, used_at INTEGER NOT NULL) WITHOUT ROWID",
                                  {});
        if (is_ready) return;
        sqlite3_close(database_);
        throw support::StartError{"cannot keep sessions in the SQLite file " + path};
    }
    ~SqliteSessionStore() override { sqlite3_close(database_); }

    credence::Result<void> start(const SessionUse& use, const Session& session) override {
        const std::scoped_lock lock{mutex_};
        if (!run("DELETE FROM sessions WHERE used_at <= ?", {oldest(use)})) return unavailable();
        if (!run("INSERT INTO sessions VALUES (?, ?, ?, ?)",
                 {use.hash, session.subject, seconds_of(session.started_at), seconds_of(use.now)}))
            return unavailable();
        return {};
    }

    credence::Result<std::optional<Session>> use(const SessionUse& use) override {
        const std::scoped_lock lock{mutex_};
        Statement statement{database_,
                            "UPDATE sessions SET used_at = max(used_at, ?) WHERE hash = ? AND used_at > ? "
                            "RETURNING subject, started_at",
                            {seconds_of(use.now), use.hash, oldest(use)}};
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
    static std::int64_t oldest(const SessionUse& use) { return seconds_of(use.now - use.idle); }

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
