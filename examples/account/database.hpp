// SPDX-License-Identifier: MIT
// The common interface of the SQL databases: prepared statements, in and out of transactions.
#pragma once

#include <credence/stores/any_store.hpp>

#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace account {

/// An error of a database. Its text is for the log: it has no value of any row.
class StoreError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A value for a statement; nullopt is NULL. Numbers are written in decimal: both databases convert them to the type of
/// the column.
using SqlValue = std::optional<std::string_view>;

/// The rows of a statement.
struct SqlRows {
    std::vector<std::vector<std::string>> rows = {};  ///< NULL reads as the empty text.
    long long changed = 0;                            ///< How many rows it inserted, updated or deleted.
};

/// One connection, for the time of a call.
class SqlSession {
public:
    SqlSession() = default;
    SqlSession(const SqlSession&) = delete;
    SqlSession& operator=(const SqlSession&) = delete;
    virtual ~SqlSession() = default;

    /// Runs one statement. It is prepared once for each connection.
    ///
    /// \param sql     a literal. Its parameters $1, $2 … must first occur in this order, in which SQLite numbers them.
    /// \throws StoreError
    virtual SqlRows run(std::string_view sql, std::initializer_list<SqlValue> values) = 0;

    /// Runs a script of several statements, without parameters. \throws StoreError
    virtual void run_script(const std::string& sql) = 0;

    /// The library's store on this connection, and so part of its transaction. \throws StoreError
    virtual credence::AnyStore& store() = 0;
};

/// A database, with as many connections as it needs. Threads share it.
class Database {
public:
    using Work = std::function<void(SqlSession&)>;

    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    virtual ~Database() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// Runs `work` with a connection, each statement by itself. \throws StoreError, and exceptions of `work`
    virtual void read(const Work& work) = 0;

    /// Runs `work`. If that saves time, everything that its thread reads meanwhile comes from one connection, and from
    /// one state of the database. Only for reading: a write meanwhile would wait for a second connection while holding
    /// the first. \throws what `work` throws
    virtual void read_together(const std::function<void()>& work) { work(); }

    /// Runs `work` with a connection, as `read` does, when it may also write.
    virtual void change(const Work& work) = 0;

    /// Runs `work` in one transaction: all of it is kept, for good, or nothing. What the same thread reads and writes
    /// meanwhile, in further calls, is part of that transaction. \throws StoreError, and what `work` throws
    virtual void write(const Work& work) = 0;

    /// The clause after a `select` that locks its rows until the end of the transaction. It waits for transactions that
    /// are changing them.
    [[nodiscard]] virtual std::string_view row_lock() const noexcept = 0;

    /// An SQL expression that shows a moment as `2026-01-31T12:00:00.123456Z`.
    [[nodiscard]] virtual std::string moment_as_text(std::string_view column) const = 0;

    /// An SQL expression for the present moment, as the columns `created_at` and `updated_at` keep it.
    [[nodiscard]] virtual std::string present_moment() const = 0;

    /// Takes a lock that is held until the transaction ends, so that two instances do not migrate at once.
    virtual void lock_schema(SqlSession& session) = 0;
};

}  // namespace account
