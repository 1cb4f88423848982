// SPDX-License-Identifier: MIT
// The steps from an empty database to the schema, and back. Each runs in a transaction of its own, and is recorded.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "database.hpp"
#include "lifetimes.hpp"

namespace account {

/// One step.
struct Migration {
    int version = 0;
    std::string name = {};
    std::string up = {};
    std::string down = {};
    std::function<void(SqlSession&)> before_up = {};  ///< The part that SQL cannot express. \throws StoreError
};

/// A step, and when it was taken; empty if it has not been taken yet.
struct MigrationStatus {
    std::string name = {};
    std::string applied_at = {};
};

/// All steps for a database, in their order. The library's tables exist before the first step.
[[nodiscard]] std::vector<Migration> migrations_for(const Database& database, const Lifetimes& lifetimes = {});

/// Takes all steps that have not been taken yet, and returns their names. \throws StoreError
std::vector<std::string> migrate_up(Database& database, const Lifetimes& lifetimes = {});

/// Takes the last step back, and returns its name; empty if there is none. \throws StoreError
std::vector<std::string> migrate_down(Database& database);

/// \throws StoreError
[[nodiscard]] std::vector<MigrationStatus> migration_status(Database& database);

}  // namespace account
