// SPDX-License-Identifier: MIT
// Moves the logins of earlier versions of this service to the library's stores. No user has to log in again, and no
// ended login becomes valid again.
#pragma once

#include <string>

#include "database.hpp"
#include "lifetimes.hpp"
#include "stores.hpp"

namespace account {

/// Moves what is in the tables of earlier versions, in the transaction that drops them. Logins that were not in the list yet
/// come into it, so that they can be ended from there. \throws StoreError
void move_logins(SqlSession& session, const Lifetimes& lifetimes);

/// The same for what is in Redis, under names that begin with `account:`, and deletes it there. No earlier version may run
/// meanwhile. Where this was broken off, it goes on. \throws StoreError
void move_logins_in_redis(const std::string& url, const Stores& stores, const Lifetimes& lifetimes);

}  // namespace account
