// SPDX-License-Identifier: MIT
// A generic lambda does not say what it needs.
// expect: a handler must have one signature that says what it needs
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [](const auto&, const Request&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#endif
