// SPDX-License-Identifier: MIT
// A hook cannot be a coroutine: it answers at once.
// expect: an on_reject hook returns the response itself
#include "stack.hpp"

auto guard() {
    return credence::protect(AccountVerifier{},
                             [](credence::Verified<Account>, Request) -> Task<Response> { co_return Response{}; });
}

#ifdef CREDENCE_MUST_FAIL
auto hooked = guard().on_reject([](const credence::Rejection&, Request) -> Task<Response> { co_return Response{}; });
#else
auto hooked = guard().on_reject([](const credence::Rejection&, Request) { return Response{}; });
#endif
