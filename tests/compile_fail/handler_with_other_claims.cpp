// SPDX-License-Identifier: MIT
// The verifier proves other claims than the handler wants.
// expect: the handler takes other claims than the verifier proves
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Device>&, const Request&, Response&) {});
#else
auto guard = credence::protect(AccountVerifier{}, [](const credence::Verified<Account>&, const Request&, Response&) {});
#endif
