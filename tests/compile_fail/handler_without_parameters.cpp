// SPDX-License-Identifier: MIT
// A handler without any parameter.
// expect: a handler's first parameter is credence::Verified<Claims>
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [] {});
#else
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#endif
