// SPDX-License-Identifier: MIT
// Only the library makes a Granted, from a Verified with the scope.
// expect: a Granted cannot be made by hand
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
credence::Granted<Account, "a"> writer(const Account& account) { return {account}; }
#else
auto writer(const credence::Verified<Account>& who) { return credence::Granted<Account, "a">::from(who); }
#endif
