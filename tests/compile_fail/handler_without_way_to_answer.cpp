// SPDX-License-Identifier: MIT
// A refusal could be sent neither through a parameter nor as the result.
// expect: can answer neither through a parameter of the handler nor with what it returns
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard =
    credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, const Response&) {});
#else
auto guard =
    credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&) { return Response{}; });
#endif
