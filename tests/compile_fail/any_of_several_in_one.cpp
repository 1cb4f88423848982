// SPDX-License-Identifier: MIT
// Each alternative is one name.
// expect: credence: a scope is visible ASCII without space
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto check(const credence::Granted<Account, credence::AnyOf<"a b">>& who) { return who.scopes(); }
#else
auto check(const credence::Granted<Account, credence::AnyOf<"a", "b">>& who) { return who.scopes(); }
#endif
