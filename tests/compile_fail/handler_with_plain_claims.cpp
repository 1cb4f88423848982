// SPDX-License-Identifier: MIT
// A handler that takes plain claims would also run for claims that nobody verified.
// expect: a handler takes the proof, not plain claims
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [](const Account&, const Request&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#endif
