// SPDX-License-Identifier: MIT
// Connections to PostgreSQL: a pool, prepared statements, binary parameters and columns, and bounded waiting.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/stores/detail/connection_pool.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <libpq-fe.h>
#include <poll.h>

namespace credence::detail {

struct ClosePostgresql {
    void operator()(PGconn* connection) const noexcept {
        if (is_owned) PQfinish(connection);
    }
    bool is_owned = true;
};
struct ClearPostgresql {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};

/// A parameter in PostgreSQL's binary format: a bytea, or a bigint, or null.
class PostgresqlValue {
public:
    PostgresqlValue(std::string_view text) noexcept : text_(text.empty() ? std::string_view{""} : text) {}
    PostgresqlValue(const std::string& text) noexcept : PostgresqlValue(std::string_view{text}) {}
    PostgresqlValue(NumericDate date) noexcept : is_date_(true) {
        auto left = static_cast<std::uint64_t>(date.time_since_epoch().count());
        for (std::size_t at = big_endian_.size(); at > 0; left >>= 8)
            big_endian_[--at] = static_cast<char>(left & 0xff);
    }
    PostgresqlValue(const std::optional<NumericDate>& date) noexcept : PostgresqlValue(date.value_or(NumericDate{})) {
        is_null_ = !date;
    }

    [[nodiscard]] const char* data() const noexcept {
        if (is_null_) return nullptr;
        return is_date_ ? big_endian_.data() : text_.data();
    }
    [[nodiscard]] int size() const noexcept { return static_cast<int>(is_date_ ? big_endian_.size() : text_.size()); }

private:
    std::string_view text_ = {};
    std::array<char, 8> big_endian_ = {};
    bool is_date_ = false;
    bool is_null_ = false;
};

/// The rows of a result, in the binary format.
class PostgresqlRows {
public:
    explicit PostgresqlRows(PGresult* result) noexcept : result_(result) {}

    [[nodiscard]] int count() const noexcept { return PQntuples(result_.get()); }
    /// How many rows the statement changed.
    [[nodiscard]] bool has_changed() const noexcept {
        const std::string_view changed = PQcmdTuples(result_.get());
        return !changed.empty() && changed != "0";
    }
    [[nodiscard]] std::string text(int row, int column) const {
        return {PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
    }
    [[nodiscard]] bool boolean(int row, int column) const {
        return PQgetlength(result_.get(), row, column) != 1 || *PQgetvalue(result_.get(), row, column) != 0;
    }
    [[nodiscard]] NumericDate date(int row, int column) const {
        std::uint64_t value = 0;
        for (const char byte : text(row, column)) value = value << 8 | static_cast<unsigned char>(byte);
        return NumericDate{std::chrono::seconds{static_cast<std::int64_t>(value)}};
    }
    [[nodiscard]] std::optional<NumericDate> optional_date(int row, int column) const {
        if (PQgetisnull(result_.get(), row, column) == 1) return std::nullopt;
        return date(row, column);
    }

private:
    std::unique_ptr<PGresult, ClearPostgresql> result_;
};

/// One connection, for one thread at a time.
class PostgresqlConnection {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// \return null if there is no connection by the deadline, which libpq rounds up.
    [[nodiscard]] static std::unique_ptr<PostgresqlConnection> open(const std::string& url,
                                                                    std::chrono::seconds patience, Deadline deadline) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
        const std::string seconds = std::to_string((std::max)(left.count(), std::chrono::seconds::rep{1}));
        // Parameters in the URL come later, and so take precedence. A standby would answer, but with old records.
        const std::array<const char*, 5> names{"connect_timeout", "application_name", "target_session_attrs", "dbname",
                                               nullptr};
        const std::array<const char*, 5> values{seconds.c_str(), "credence", "read-write", url.c_str(), nullptr};
        auto connection = std::unique_ptr<PostgresqlConnection>{
            new PostgresqlConnection{PQconnectdbParams(names.data(), values.data(), 1), patience}};
        if (PQstatus(connection->connection_.get()) != CONNECTION_OK) return nullptr;
        PQsetNoticeProcessor(connection->connection_.get(), [](void*, const char*) {}, nullptr);  // else libpq prints
        return connection;
    }

    /// A connection of the caller, who must not close it before this object is destroyed.
    [[nodiscard]] static std::unique_ptr<PostgresqlConnection> borrow(PGconn* connection,
                                                                      std::chrono::seconds patience) {
        return std::unique_ptr<PostgresqlConnection>{
            new PostgresqlConnection{connection, patience, {.is_owned = false}}};
    }

    PostgresqlConnection(const PostgresqlConnection&) = delete;
    PostgresqlConnection& operator=(const PostgresqlConnection&) = delete;
    ~PostgresqlConnection() = default;

    /// Whether it can be used again. Sends nothing: a server sends something by itself only to end a connection.
    [[nodiscard]] bool is_alive() noexcept {
        if (was_refused_ || PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) return false;
        pollfd socket{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
        return ::poll(&socket, 1, 0) == 0;
    }

    /// Whether a transaction is open.
    [[nodiscard]] bool is_in_transaction() const noexcept {
        const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
    }

    /// Sets the time by which the server must have answered all further statements. Nullopt: each has `patience`.
    void end_by(std::optional<Deadline> deadline) noexcept { deadline_ = deadline; }

    /// Runs a statement with these parameters.
    template <class... Values>
    [[nodiscard]] Result<PostgresqlRows> run(std::string_view sql, const Values&... values) {
        const std::array<PostgresqlValue, sizeof...(Values)> parameters{PostgresqlValue{values}...};
        std::vector<const char*> texts;
        std::vector<int> sizes;
        for (const PostgresqlValue& parameter : parameters) {
            texts.push_back(parameter.data());
            sizes.push_back(parameter.size());
        }
        const std::vector<int> formats(parameters.size(), 1);
        const auto name = prepared(sql);
        if (!name) return name.error();
        if (PQsendQueryPrepared(connection_.get(), name->c_str(), static_cast<int>(texts.size()), texts.data(),
                                sizes.data(), formats.data(), 1) != 1)
            return unavailable();
        return answer();
    }

private:
    PostgresqlConnection(PGconn* connection, std::chrono::seconds patience, ClosePostgresql close = {})
        : connection_(connection, close), patience_(patience) {}

    [[nodiscard]] static Error unavailable() { return {Errc::store_unavailable, {}, "PostgreSQL does not answer"}; }

    /// Different for each object: the statements of an earlier object may still be on the caller's connection.
    [[nodiscard]] static std::string new_statement_prefix() {
        static std::atomic<std::uint64_t> count{0};
        return "credence_" + std::to_string(count.fetch_add(1, std::memory_order_relaxed)) + '_';
    }

    [[nodiscard]] Result<std::string> prepared(std::string_view sql) {
        if (const auto known = statements_.find(sql); known != statements_.end()) return known->second;
        std::string name = statement_prefix_ + std::to_string(statements_.size());
        if (PQsendPrepare(connection_.get(), name.c_str(), std::string{sql}.c_str(), 0, nullptr) != 1)
            return unavailable();
        if (auto done = answer(); !done) return std::move(done).error();
        statements_.emplace(sql, name);
        return name;
    }

    /// Whether the next result has arrived completely.
    [[nodiscard]] bool has_result_by(Deadline deadline) const {
        while (PQisBusy(connection_.get()) == 1) {
            if (!wait_until(deadline) || PQconsumeInput(connection_.get()) != 1) return false;
        }
        return true;
    }

    /// The result of a statement. If the server does not answer in time, the connection is closed. If it refuses the
    /// statement, a pool closes it: the reason may be the prepared statement, such as a column that its table has now.
    [[nodiscard]] Result<PostgresqlRows> answer() {
        const Deadline deadline = deadline_.value_or(std::chrono::steady_clock::now() + patience_);
        std::unique_ptr<PGresult, ClearPostgresql> last;
        while (true) {
            if (!has_result_by(deadline)) {
                connection_.reset();
                return unavailable();
            }
            std::unique_ptr<PGresult, ClearPostgresql> next{PQgetResult(connection_.get())};
            if (!next) break;
            last = std::move(next);
        }
        const ExecStatusType status = PQresultStatus(last.get());
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return PostgresqlRows{last.release()};
        was_refused_ = true;  // it stays so after a ROLLBACK
        return Error{Errc::store_unavailable, {}, "PostgreSQL refused a statement"};
    }

    /// Waits until something arrives, or a signal does. \return false after the deadline.
    [[nodiscard]] bool wait_until(Deadline deadline) const {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd socket{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
        return ::poll(&socket, 1, static_cast<int>(left.count())) >= 0 || errno == EINTR;
    }

    std::unique_ptr<PGconn, ClosePostgresql> connection_;
    std::chrono::seconds patience_;
    std::optional<Deadline> deadline_ = {};
    bool was_refused_ = false;
    std::map<std::string, std::string, std::less<>> statements_ = {};
    const std::string statement_prefix_ = new_statement_prefix();
};

/// Connections that threads borrow. A failed one is closed when it is returned. Or a single one of the caller.
class PostgresqlPool {
public:
    using Deadline = PostgresqlConnection::Deadline;

    PostgresqlPool(std::unique_ptr<PostgresqlConnection> borrowed, std::chrono::seconds patience)
        : patience_(patience), borrowed_(std::move(borrowed)), pool_({}, 0) {}

    PostgresqlPool(const std::string& url, std::size_t most, std::chrono::seconds patience)
        : patience_(patience),
          pool_(
              [url, patience](Deadline deadline) -> Result<std::unique_ptr<PostgresqlConnection>> {
                  auto connection = PostgresqlConnection::open(url, patience, deadline);
                  if (!connection) return Error{Errc::store_unavailable, {}, "PostgreSQL cannot be reached"};
                  return connection;
              },
              most) {}

    /// The time by which a call that begins now must end.
    [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + patience_; }

    /// Calls `work(connection)`, which returns a `Result`, with a connection that no other thread uses. The server must
    /// have answered all its statements by the deadline.
    template <class Work>
    [[nodiscard]] auto with_connection(Deadline deadline, const Work& work)
        -> decltype(work(std::declval<PostgresqlConnection&>())) {
        const auto in_time = [&](PostgresqlConnection& connection) {
            connection.end_by(deadline);
            return work(connection);
        };
        return borrowed_ ? in_time(*borrowed_) : pool_.with_connection(deadline, in_time);
    }

    /// Whether a caller has a transaction open.
    [[nodiscard]] bool is_in_transaction() const noexcept { return borrowed_ && borrowed_->is_in_transaction(); }

    /// The same within a transaction, which is rolled back unless `work` succeeds. If the caller has one open, `work`
    /// is part of it, and a failure fails the whole transaction.
    template <class Work>
    [[nodiscard]] auto in_transaction(const Work& work) -> decltype(work(std::declval<PostgresqlConnection&>())) {
        return with_connection(deadline(), [&](PostgresqlConnection& connection) -> decltype(work(connection)) {
            if (connection.is_in_transaction()) return work(connection);
            const auto begun = connection.run("BEGIN ISOLATION LEVEL READ COMMITTED");
            if (!begun) return begun.error();
            auto result = work(connection);
            // A connection of the pool whose transaction has not ended is closed, which rolls it back.
            if (!result && borrowed_) static_cast<void>(connection.run("ROLLBACK"));
            if (!result) return result;
            const auto committed = connection.run("COMMIT");
            if (!committed) return committed.error();
            return result;
        });
    }

private:
    const std::chrono::seconds patience_;
    const std::unique_ptr<PostgresqlConnection> borrowed_ = {};
    ConnectionPool<PostgresqlConnection> pool_;
};

}  // namespace credence::detail
