// SPDX-License-Identifier: MIT
// SQLite: connections, prepared statements, and transactions.
#include "sqlite_database.hpp"

#include <credence/stores/sqlite_store.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "joined_session.hpp"

#include <sqlite3.h>

namespace account {
namespace {

/// Each connection has its own memory. If all are taken, a caller waits, seldom longer than for a query.
constexpr std::size_t most_connections = 16;

struct CloseConnection {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
};
struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

[[noreturn]] void fail(sqlite3* connection) {
    throw StoreError{std::string{"SQLite: "} + sqlite3_errstr(sqlite3_extended_errcode(connection))};
}

Connection connection_to(const std::string& path) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    Connection connection{opened};
    if (code != SQLITE_OK) fail(opened);
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, 5000);
    return connection;
}

/// Resets a statement, whether or not its rows were read.
class Running {
public:
    explicit Running(sqlite3_stmt* statement) noexcept : statement_(statement) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }

private:
    sqlite3_stmt* statement_;
};

std::vector<std::string> current_row(sqlite3_stmt* statement) {
    std::vector<std::string> row;
    const int columns = sqlite3_column_count(statement);
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        row.emplace_back(text == nullptr ? std::string_view{} : std::string_view{text, size});
    }
    return row;
}

}  // namespace

class SqliteSession final : public SqlSession {
public:
    explicit SqliteSession(const std::string& path) : connection_(connection_to(path)) {
        // FULL: a commit is on the disk when it returns, so that an answer of 200 outlives a power cut, too.
        run_script("pragma synchronous = full; pragma foreign_keys = on;");
    }

    SqlRows run(std::string_view sql, std::initializer_list<SqlValue> values) override {
        sqlite3_stmt* statement = prepared(sql);
        const Running running{statement};
        int index = 0;
        for (const SqlValue& value : values) bind(statement, ++index, value);
        SqlRows result;
        int code = sqlite3_step(statement);
        for (; code == SQLITE_ROW; code = sqlite3_step(statement)) result.rows.push_back(current_row(statement));
        if (code != SQLITE_DONE) fail(connection_.get());
        result.changed = sqlite3_changes64(connection_.get());
        return result;
    }

    void run_script(const std::string& sql) override {
        if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            fail(connection_.get());
    }

    credence::AnyStore& store() override {
        if (store_) return *store_;
        const auto opened = credence::SqliteStore::on(connection_.get());
        if (!opened) throw StoreError{"SQLite: " + credence::message(opened.error())};
        store_ = credence::any_store(*opened);
        return *store_;
    }

private:
    sqlite3_stmt* prepared(std::string_view sql) {
        const auto known = statements_.find(sql);
        if (known != statements_.end()) return known->second.get();
        sqlite3_stmt* statement = nullptr;
        if (sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                               &statement, nullptr) != SQLITE_OK)
            fail(connection_.get());
        return statements_.emplace(std::string{sql}, Statement{statement}).first->second.get();
    }

    void bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
        const int code =
            value ? sqlite3_bind_text64(statement, index, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8)
                  : sqlite3_bind_null(statement, index);
        if (code != SQLITE_OK) fail(connection_.get());
    }

    Connection connection_;
    std::map<std::string, Statement, std::less<>> statements_ = {};  // declared after it, so finalized before it
    std::shared_ptr<credence::AnyStore> store_ = {};
};

/// A connection for the time of a call. One whose work failed may be in any state, and is closed.
class SqliteDatabase::Lease {
public:
    explicit Lease(SqliteDatabase& database) : database_(database), session_(database.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { database_.give_back(is_good_ ? std::move(session_) : nullptr); }
    SqliteSession& session() noexcept { return *session_; }
    void is_good() noexcept { is_good_ = true; }

private:
    SqliteDatabase& database_;
    std::unique_ptr<SqliteSession> session_;
    bool is_good_ = false;
};

SqliteDatabase::SqliteDatabase(std::string path) : path_(std::move(path)) {
    // SQLite counts its memory under one lock for all threads, at every allocation. The count is not used.
    [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    idle_.reserve(most_connections);  // give_back then does not allocate
    try {
        // The library creates the file, readable for this user only, and its tables, and turns on the write-ahead log,
        // which the file keeps.
        if (const auto tables = credence::SqliteStore::open(path_); !tables)
            throw StoreError{"SQLite: " + std::string{tables.error().reason}};
        Lease{*this}.is_good();
    } catch (const StoreError& error) {
        // Not the path: somebody may have typed a secret in its place.
        throw StoreError{std::string{error.what()} + ": the file of DATABASE_URL, by default account.db"};
    }
}

SqliteDatabase::~SqliteDatabase() = default;

std::unique_ptr<SqliteSession> SqliteDatabase::take() {
    {
        std::unique_lock lock{mutex_};
        const bool is_free =
            returned_.wait_for(lock, std::chrono::seconds{5}, [this] { return taken_ < most_connections; });
        if (!is_free) throw StoreError{"all connections to SQLite are in use"};
        ++taken_;
        if (!idle_.empty()) {
            auto session = std::move(idle_.back());
            idle_.pop_back();
            return session;
        }
    }
    try {
        return std::make_unique<SqliteSession>(path_);
    } catch (...) {
        give_back(nullptr);
        throw;
    }
}

void SqliteDatabase::give_back(std::unique_ptr<SqliteSession> session) noexcept {
    {
        const std::lock_guard lock{mutex_};
        --taken_;
        if (session) idle_.push_back(std::move(session));
    }
    returned_.notify_one();
}

void SqliteDatabase::read(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::reading, work)) return;
    Lease lease{*this};
    work(lease.session());
    lease.is_good();
}

void SqliteDatabase::read_together(const std::function<void()>& work) {
    // Each transaction takes and releases a lock of the system. One transaction for all reads does that only once.
    std::optional<Lease> lease;
    try {
        lease.emplace(*this).session().run("begin", {});
    } catch (const StoreError&) {
        work();  // its first query reports the reason
        return;
    }
    {
        const JoinedSession joined{*this, lease->session(), JoinedSession::Use::reading};
        work();
        if (joined.has_failed()) return;  // the connection is closed, as after an exception
    }
    lease->session().run("commit", {});
    lease->is_good();
}

void SqliteDatabase::change(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::writing, work)) return;
    const std::lock_guard writing{writing_};
    Lease lease{*this};
    work(lease.session());
    lease.is_good();
}

void SqliteDatabase::write(const Work& work) {
    if (JoinedSession::run(*this, JoinedSession::Use::writing, work)) return;
    const std::lock_guard writing{writing_};
    Lease lease{*this};
    lease.session().run_script("begin immediate");
    {
        const JoinedSession joined{*this, lease.session(), JoinedSession::Use::writing};
        work(lease.session());  // if it throws, the connection is closed, which rolls back
        if (joined.has_failed()) throw StoreError{"SQLite: a part of the transaction failed"};
    }
    lease.session().run_script("commit");
    lease.is_good();
}

}  // namespace account
