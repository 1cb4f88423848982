// SPDX-License-Identifier: MIT
// Logins and API keys in the database of the users, by the library's store in tables of its own.
#pragma once

#include <credence/stores/any_store.hpp>

#include <memory>

#include "database.hpp"

namespace account {

/// The library's store in this database, which already has its tables. If the calling thread has a transaction open, a
/// call is part of that transaction, and an error of the call makes the transaction fail. Errors are logged with their
/// reason.
[[nodiscard]] std::shared_ptr<credence::AnyStore> store_in(std::shared_ptr<Database> database);

}  // namespace account
