// SPDX-License-Identifier: MIT
// One connection to PostgreSQL.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "database.hpp"

#include <libpq-fe.h>

namespace account {

class PostgresSession final : public SqlSession {
public:
    /// \throws StoreError
    explicit PostgresSession(const std::string& url);

    SqlRows run(std::string_view sql, std::initializer_list<SqlValue> values) override;
    void run_script(const std::string& sql) override;
    credence::AnyStore& store() override;

    /// Whether the server has kept the connection open while it was unused.
    [[nodiscard]] bool is_alive() noexcept;

private:
    struct Finish {
        void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
    };
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    using Answer = std::unique_ptr<PGresult, Clear>;
    using Deadline = std::chrono::steady_clock::time_point;

    [[nodiscard]] const std::string& prepared(std::string_view sql);
    [[nodiscard]] Answer wait_for_answer();
    void wait_for_input(Deadline deadline);
    [[noreturn]] void fail(const PGresult* result) const;

    std::unique_ptr<PGconn, Finish> connection_;
    std::map<std::string, std::string, std::less<>> names_ = {};
    std::shared_ptr<credence::AnyStore> store_ = {};  // declared after the connection, so destroyed before it
};

}  // namespace account
