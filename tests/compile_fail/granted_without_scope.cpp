// SPDX-License-Identifier: MIT
// A Granted without a scope would be a Verified.
// expect: credence: Granted needs a scope
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto check(const credence::Granted<Account>& who) { return who.scopes(); }
#else
auto check(const credence::Granted<Account, "a">& who) { return who.scopes(); }
#endif
