// SPDX-License-Identifier: MIT
// A reference to the proof would dangle when the coroutine is suspended.
// expect: a coroutine takes its proof by value
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(
    AccountVerifier{}, [](const credence::Verified<Account>&, Request) -> Task<Response> { co_return Response{}; });
#else
auto guard = credence::protect(AccountVerifier{},
                               [](credence::Verified<Account>, Request) -> Task<Response> { co_return Response{}; });
#endif
