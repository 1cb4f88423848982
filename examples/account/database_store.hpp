// SPDX-License-Identifier: MIT
// Logins and API keys in the database of the users, by the library's store in tables of its own.
#pragma once

#include <credence/stores/any_store.hpp>

#include <memory>

#include "database.hpp"

namespace account {

/// The library's store in this database, which has its tables already. What a thread does with it while it has a
/// transaction open is part of that transaction, and fails it where it fails. Errors are logged with their reason.
[[nodiscard]] std::shared_ptr<credence::AnyStore> store_in(std::shared_ptr<Database> database);

}  // namespace account
