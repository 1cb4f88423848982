// SPDX-License-Identifier: MIT
// Threads share a handler, so mutable state in it would be a data race.
// expect: a handler is shared between threads
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(
    AccountVerifier{}, [calls = 0](const credence::Verified<Account>&, const Request&, Response&) mutable { ++calls; });
#else
auto guard = credence::protect(
    AccountVerifier{}, [calls = 0](const credence::Verified<Account>&, const Request&, Response&) { (void)calls; });
#endif
