// SPDX-License-Identifier: MIT
// The claims that are named are not those of the verifier.
// expect: the verifier is for other claims than those in require_bearer<Claims>
#include "stack.hpp"

#ifdef CREDENCE_MUST_FAIL
auto who = credence::require_bearer<Device>("Bearer abc", AccountVerifier{});
#else
auto who = credence::require_bearer<Account>("Bearer abc", AccountVerifier{});
#endif
