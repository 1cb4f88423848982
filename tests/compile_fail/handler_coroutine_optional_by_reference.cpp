// SPDX-License-Identifier: MIT
// A reference to an optional proof would dangle just as well.
// expect: a coroutine takes its proof by value
#include <optional>

#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(
    AccountVerifier{},
    [](const std::optional<credence::Verified<Account>>&, Request) -> Task<Response> { co_return Response{}; });
#else
auto guard = credence::protect(
    AccountVerifier{},
    [](std::optional<credence::Verified<Account>>, Request) -> Task<Response> { co_return Response{}; });
#endif
