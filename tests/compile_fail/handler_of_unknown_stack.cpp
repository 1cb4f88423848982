// SPDX-License-Identifier: MIT
// No parameter of the handler is a request that credence knows.
// expect: no HttpTraits for any parameter of the handler
#include "stack.hpp"

struct Unknown {};

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Unknown&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{},
                               [](const credence::Verified<Account>&, const Unknown&, const Request&, Response&) {});
#endif
