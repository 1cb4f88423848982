// SPDX-License-Identifier: MIT
// The steps from an empty database to the schema, and back: each in a transaction of its own, and written down.
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
    std::function<void(SqlSession&)> before_up = {};  ///< What SQL cannot say. \throws StoreError
};

/// A step, and when it was taken; empty when it was not yet.
struct MigrationStatus {
    std::string name = {};
    std::string applied_at = {};
};

/// All steps for a database, in their order. The library's tables are there before them.
[[nodiscard]] std::vector<Migration> migrations_for(const Database& database, const Lifetimes& lifetimes = {});

/// Takes all steps that were not taken yet, and names them. \throws StoreError
std::vector<std::string> migrate_up(Database& database, const Lifetimes& lifetimes = {});

/// Takes the last step back, and names it; nothing when there is none. \throws StoreError
std::vector<std::string> migrate_down(Database& database);

/// \throws StoreError
[[nodiscard]] std::vector<MigrationStatus> migration_status(Database& database);

}  // namespace account
