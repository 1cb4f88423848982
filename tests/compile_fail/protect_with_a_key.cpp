// SPDX-License-Identifier: MIT
// A key is not a verifier: it has no rules.
// expect: the first argument of protect is a verifier
#include "stack.hpp"

struct Key {};

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(Key{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#endif
