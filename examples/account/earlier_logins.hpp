// SPDX-License-Identifier: MIT
// Moves the logins of earlier versions of this service to the library's stores. No user has to log in again, and no
// ended login becomes valid again.
#pragma once

#include <string>

#include "database.hpp"
#include "lifetimes.hpp"
#include "stores.hpp"

namespace account {

/// Moves the rows of the tables of earlier versions, in the transaction that drops them. Logins that were not yet in
/// the list are added to it, so that they can be ended there. \throws StoreError
void move_logins(SqlSession& session, const Lifetimes& lifetimes);

/// The same for the keys in Redis whose names begin with `account:`, which it deletes. No earlier version may run
/// meanwhile. If it was interrupted, the next call continues. \throws StoreError
void move_logins_in_redis(const std::string& url, const Stores& stores, const Lifetimes& lifetimes);

}  // namespace account
