// SPDX-License-Identifier: MIT
// The steps from an empty database to the schema, and back: each in a transaction of its own, and written down.
#pragma once

#include <string>
#include <vector>

#include "database.hpp"

namespace account {

/// One step.
struct Migration {
    int version = 0;
    std::string name = {};
    std::string up = {};
    std::string down = {};
};

/// A step, and when it was taken; empty when it was not yet.
struct MigrationStatus {
    std::string name = {};
    std::string applied_at = {};
};

/// All steps for a database, in their order.
[[nodiscard]] std::vector<Migration> migrations_for(const Database& database);

/// Takes all steps that were not taken yet, and names them. \throws StoreError
std::vector<std::string> migrate_up(Database& database);

/// Takes the last step back, and names it; nothing when there is none. \throws StoreError
std::vector<std::string> migrate_down(Database& database);

/// \throws StoreError
[[nodiscard]] std::vector<MigrationStatus> migration_status(Database& database);

}  // namespace account
