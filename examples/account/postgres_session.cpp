// SPDX-License-Identifier: MIT
// One connection to PostgreSQL, through libpq.
#include "postgres_session.hpp"

#include <credence/stores/postgresql_store.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>

namespace account {
namespace {

/// A database that does not answer for this long counts as down.
constexpr std::chrono::seconds patience{5};

/// Waits until the socket can be read; false when the time is over.
bool wait_to_read(int socket, std::chrono::milliseconds time) {
    pollfd waiting{.fd = socket, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
}

SqlRows rows_of(const PGresult* result) {
    SqlRows read;
    const int columns = PQnfields(result);
    for (int row = 0; row < PQntuples(result); ++row) {
        std::vector<std::string>& values = read.rows.emplace_back();
        for (int column = 0; column < columns; ++column) {
            const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
            values.emplace_back(PQgetvalue(result, row, column), size);
        }
    }
    // libpq only reads, and does not say so. NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
    const std::string_view changed{PQcmdTuples(const_cast<PGresult*>(result))};
    std::from_chars(changed.data(), changed.data() + changed.size(), read.changed);
    return read;
}

}  // namespace

PostgresSession::PostgresSession(const std::string& url) {
    const std::array<const char*, 5> keys{"dbname", "connect_timeout", "application_name", "options", nullptr};
    const std::array<const char*, 5> values{url.c_str(), "5", "account", "-c statement_timeout=5000", nullptr};
    connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
    if (PQstatus(connection_.get()) != CONNECTION_OK) throw StoreError{"PostgreSQL cannot be reached"};
    PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);  // stderr is for JSON lines
}

SqlRows PostgresSession::run(std::string_view sql, std::initializer_list<SqlValue> values) {
    const std::string& name = prepared(sql);
    std::vector<std::string> texts;  // libpq wants a terminating zero
    texts.reserve(values.size());
    std::vector<const char*> pointers;
    for (const SqlValue& value : values) {
        // The text would end at the NUL, and the database would look up or store another text.
        if (value && value->find('\0') != std::string_view::npos) throw StoreError{"PostgreSQL keeps no NUL in a text"};
        texts.emplace_back(value.value_or(std::string_view{}));
        pointers.push_back(value ? texts.back().c_str() : nullptr);
    }
    if (PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(pointers.size()), pointers.data(),
                            nullptr, nullptr, 0) == 0)
        fail(nullptr);
    return rows_of(wait_for_answer().get());
}

void PostgresSession::run_script(const std::string& sql) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) fail(nullptr);
    (void)wait_for_answer();
}

credence::AnyStore& PostgresSession::store() {
    if (store_) return *store_;
    const auto opened = credence::PostgresqlStore::on(connection_.get(), {.patience = patience});
    if (!opened) throw StoreError{"PostgreSQL: " + credence::message(opened.error())};
    store_ = credence::any_store(*opened);
    return *store_;
}

bool PostgresSession::is_alive() noexcept {
    // A server that shuts down announces it and closes its side, so there is something to read. Otherwise it sends
    // nothing unasked.
    return !wait_to_read(PQsocket(connection_.get()), std::chrono::milliseconds{0});
}

const std::string& PostgresSession::prepared(std::string_view sql) {
    const auto known = names_.find(sql);
    if (known != names_.end()) return known->second;
    const std::string name = std::to_string(names_.size());
    const std::string text{sql};
    if (PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr) == 0) fail(nullptr);
    (void)wait_for_answer();
    return names_.emplace(text, name).first->second;
}

void PostgresSession::wait_for_input(Deadline deadline) {
    using std::chrono::milliseconds;
    while (PQisBusy(connection_.get()) == 1) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
        const bool is_ready = wait_to_read(PQsocket(connection_.get()), (std::max)(left, milliseconds{0}));
        if (!is_ready) throw StoreError{"PostgreSQL does not answer"};
        if (PQconsumeInput(connection_.get()) == 0) fail(nullptr);
    }
}

PostgresSession::Answer PostgresSession::wait_for_answer() {
    const Deadline deadline = std::chrono::steady_clock::now() + patience;
    Answer last;
    while (true) {  // a script has several answers, and null follows the last one
        wait_for_input(deadline);
        Answer answer{PQgetResult(connection_.get())};
        if (!answer) return last;
        const ExecStatusType status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) fail(answer.get());
        last = std::move(answer);
    }
}

void PostgresSession::fail(const PGresult* result) const {
    // Only the code: PostgreSQL's messages quote the values of rows.
    const char* code = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    throw StoreError{code == nullptr ? std::string{"PostgreSQL closed the connection"}
                                     : std::string{"PostgreSQL says SQLSTATE "} + code};
}

}  // namespace account
