// SPDX-License-Identifier: MIT
// PostgreSQL as a `Database`: a pool of connections with prepared statements, and a limit on every wait.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"

namespace account {

class PostgresSession;

class PostgresDatabase final : public Database {
public:
    static constexpr std::size_t most_connections = 10;

    /// \param url  `postgresql://…`; it may hold a password, and never leaves this object.
    /// \throws StoreError  when it cannot be reached
    explicit PostgresDatabase(std::string url);
    ~PostgresDatabase() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "PostgreSQL"; }
    void read(const Work& work) override;
    void change(const Work& work) override;
    void write(const Work& work) override;
    [[nodiscard]] std::string moment_as_text(std::string_view column) const override;
    [[nodiscard]] std::string present_moment() const override { return "now()"; }
    [[nodiscard]] std::string_view row_lock() const noexcept override { return " for share"; }
    void lock_schema(SqlSession& session) override;

private:
    class Lease;

    [[nodiscard]] std::unique_ptr<PostgresSession> take();
    void give_back(std::unique_ptr<PostgresSession> session) noexcept;

    std::string url_;
    std::mutex mutex_ = {};
    std::condition_variable returned_ = {};
    std::vector<std::unique_ptr<PostgresSession>> idle_;
    std::size_t taken_ = 0;
};

}  // namespace account
