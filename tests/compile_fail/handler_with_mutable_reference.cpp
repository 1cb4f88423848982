// SPDX-License-Identifier: MIT
// A proof cannot be changed or moved from.
// expect: a handler takes its proof by value or by const reference
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [](credence::Verified<Account>&, const Request&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{}, [](credence::Verified<Account>, const Request&, Response&) {});
#endif
