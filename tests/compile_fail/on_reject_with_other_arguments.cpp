// SPDX-License-Identifier: MIT
// A hook is called with the rejection and what the handler gets.
// expect: an on_reject hook is called with (const credence::Rejection&
#include "stack.hpp"

auto guard() {
    return credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
}

#ifdef CREDENCE_MUST_FAIL
auto hooked = guard().on_reject([](const credence::Rejection&, Response&) {});
#else
auto hooked = guard().on_reject([](const credence::Rejection&, const Request&, Response&) {});
#endif
