// SPDX-License-Identifier: MIT
// SQLite as a `Database`: a file in WAL mode, so that readers and the one writer do not wait for each other.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "database.hpp"

namespace account {

class SqliteSession;

class SqliteDatabase final : public Database {
public:
    /// Opens or creates the file, which only its owner may read. \throws StoreError
    explicit SqliteDatabase(std::string path);
    ~SqliteDatabase() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "SQLite"; }
    void read(const Work& work) override;
    void read_together(const std::function<void()>& work) override;
    void change(const Work& work) override;
    void write(const Work& work) override;
    [[nodiscard]] std::string moment_as_text(std::string_view column) const override { return std::string{column}; }
    [[nodiscard]] std::string present_moment() const override { return "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"; }
    [[nodiscard]] std::string_view row_lock() const noexcept override { return ""; }  // as lock_schema
    void lock_schema(SqlSession&) override {}  // a transaction that writes is alone anyway

private:
    class Lease;

    std::unique_ptr<SqliteSession> take();
    void give_back(std::unique_ptr<SqliteSession> session) noexcept;

    std::string path_;
    std::mutex mutex_ = {};
    std::condition_variable returned_ = {};
    std::vector<std::unique_ptr<SqliteSession>> idle_;
    std::size_t taken_ = 0;
    /// SQLite has one writer at a time; waiting for a mutex is fair, while its own waiting is polling.
    std::mutex writing_ = {};
};

}  // namespace account
