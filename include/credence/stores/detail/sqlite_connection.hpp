// SPDX-License-Identifier: MIT
// A connection to an SQLite database: prepared statements, typed parameters and columns, and transactions.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/fork_count.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

namespace credence::detail {

/// SQLite's message for a code: static text, without any data.
[[nodiscard]] inline Error sqlite_error(int code) { return {Errc::store_unavailable, {}, sqlite3_errstr(code)}; }

// Texts are stored as blobs: they may contain any byte, even NUL.

[[nodiscard]] inline int bind_sqlite(sqlite3_stmt* statement, int at, std::string_view text) {
    if (text.empty()) return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob64(statement, at, text.data(), text.size(), nullptr);  // the text outlives the call
}
[[nodiscard]] inline int bind_sqlite(sqlite3_stmt* statement, int at, NumericDate date) {
    return sqlite3_bind_int64(statement, at, date.time_since_epoch().count());
}
[[nodiscard]] inline int bind_sqlite(sqlite3_stmt* statement, int at, const std::optional<NumericDate>& date) {
    return date ? bind_sqlite(statement, at, *date) : sqlite3_bind_null(statement, at);
}

/// The current row of a statement.
class SqliteRow {
public:
    explicit SqliteRow(sqlite3_stmt* statement) noexcept : statement_(statement) {}

    [[nodiscard]] std::string text(int column) const {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return bytes == nullptr ? std::string{} : std::string{bytes, size};
    }
    [[nodiscard]] std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] NumericDate date(int column) const { return NumericDate{std::chrono::seconds{integer(column)}}; }
    [[nodiscard]] std::optional<NumericDate> optional_date(int column) const {
        if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
        return date(column);
    }

private:
    sqlite3_stmt* statement_;
};

struct CloseSqlite {
    void operator()(sqlite3* database) const noexcept {
        if (is_owned) sqlite3_close_v2(database);
    }
    bool is_owned = true;
};

/// One connection, for one thread at a time.
class SqliteConnection {
public:
    /// Opens a database, and creates it if it does not exist, readable for this user only.
    ///
    /// \param patience  how long a call waits for another process that writes.
    [[nodiscard]] static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path,
                                                                        std::chrono::milliseconds patience) {
        if (sqlite3_threadsafe() == 0) return Error{Errc::store_unavailable, {}, "SQLite was built without threads"};
        create_private_file(path);
        sqlite3* opened = nullptr;
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
        std::unique_ptr<SqliteConnection> connection{new SqliteConnection{opened}};
        if (code != SQLITE_OK) return sqlite_error(code);
        sqlite3_busy_timeout(opened, static_cast<int>(patience.count()));
        return connection;
    }

    /// A connection of the caller, who must not close it before this object is destroyed.
    [[nodiscard]] static std::unique_ptr<SqliteConnection> borrow(sqlite3* database) {
        return std::unique_ptr<SqliteConnection>{new SqliteConnection{database, {.is_owned = false}}};
    }

    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;
    ~SqliteConnection() {
        if (!is_of_parent()) return;
        // Closing it could delete the write-ahead log, which the parent still needs.
        for (auto& known : statements_) static_cast<void>(known.second.release());
        static_cast<void>(database_.release());
    }

    /// Whether a parent process opened it. The file's locks stay with the parent, so another process may delete the
    /// write-ahead log that this one writes to. https://www.sqlite.org/howtocorrupt.html §2.6
    [[nodiscard]] bool is_of_parent() const noexcept {
        return database_.get_deleter().is_owned && forks_ != forks_when_opened_;
    }

    /// Runs a statement with these parameters, and calls `read(row)` for each row. \return how many rows it changed.
    template <class Read, class... Values>
    [[nodiscard]] Result<int> query(std::string_view sql, const Read& read, const Values&... values) {
        if (is_of_parent())
            return Error{Errc::store_unavailable, {}, "the store was opened before a fork: open it only afterwards"};
        sqlite3_stmt* const statement = prepared(sql);
        if (statement == nullptr) return sqlite_error(sqlite3_errcode(database_.get()));
        const ResetAtExit reset{statement};
        int at = 0;
        int code = SQLITE_OK;
        ((code = code == SQLITE_OK ? bind_sqlite(statement, ++at, values) : code), ...);
        if (code != SQLITE_OK) return sqlite_error(code);
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) read(SqliteRow{statement});
        if (code != SQLITE_DONE) return sqlite_error(code);
        return sqlite3_changes(database_.get());
    }

    /// The same for a statement without rows.
    template <class... Values>
    [[nodiscard]] Result<int> run(std::string_view sql, const Values&... values) {
        return query(sql, [](const SqliteRow&) {}, values...);
    }

    /// Whether the last statement failed because another connection has locked the file.
    [[nodiscard]] bool is_busy() const noexcept {
        constexpr int primary_code = 0xff;
        return (sqlite3_errcode(database_.get()) & primary_code) == SQLITE_BUSY;
    }

    /// Whether a transaction is open.
    [[nodiscard]] bool is_in_transaction() const noexcept { return sqlite3_get_autocommit(database_.get()) == 0; }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
    };

    /// Makes a statement ready for its next use, and drops the bound texts.
    class ResetAtExit {
    public:
        explicit ResetAtExit(sqlite3_stmt* statement) noexcept : statement_(statement) {}
        ResetAtExit(const ResetAtExit&) = delete;
        ResetAtExit& operator=(const ResetAtExit&) = delete;
        ~ResetAtExit() {
            sqlite3_reset(statement_);
            sqlite3_clear_bindings(statement_);
        }

    private:
        sqlite3_stmt* statement_;
    };

    explicit SqliteConnection(sqlite3* database, CloseSqlite close = {}) : database_(database, close) {}

    /// SQLite itself would create the file readable for everybody. An existing file must not be opened here: closing it
    /// would release this process's locks on it.
    static void create_private_file(const std::string& path) {
        if (path.empty() || path.front() == ':') return;  // in memory
        const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
        if (file >= 0) ::close(file);
    }

    [[nodiscard]] sqlite3_stmt* prepared(std::string_view sql) {
        if (const auto known = statements_.find(sql); known != statements_.end()) return known->second.get();
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) return nullptr;
        return statements_.emplace(sql, statement).first->second.get();
    }

    const std::atomic<unsigned>& forks_ = fork_count();
    const unsigned forks_when_opened_ = forks_;
    std::unique_ptr<sqlite3, CloseSqlite> database_;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, std::less<>> statements_ = {};
};

/// Rolls back everything since its construction, unless it is committed. Within a transaction it is a savepoint.
class SqliteTransaction {
public:
    explicit SqliteTransaction(SqliteConnection& connection)
        : connection_(connection),
          is_part_(connection.is_in_transaction()),
          begun_(connection.run(is_part_ ? "SAVEPOINT credence" : "BEGIN IMMEDIATE")) {}
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    ~SqliteTransaction() {
        if (!begun_ || is_committed_) return;
        static_cast<void>(connection_.run(is_part_ ? "ROLLBACK TO credence" : "ROLLBACK"));
        if (is_part_) static_cast<void>(connection_.run("RELEASE credence"));
    }

    /// Whether it could begin.
    [[nodiscard]] const Result<int>& begun() const noexcept { return begun_; }

    [[nodiscard]] Result<int> commit() {
        auto committed = connection_.run(is_part_ ? "RELEASE credence" : "COMMIT");
        is_committed_ = committed.has_value();
        return committed;
    }

private:
    SqliteConnection& connection_;
    const bool is_part_;
    Result<int> begun_;
    bool is_committed_ = false;
};

}  // namespace credence::detail
