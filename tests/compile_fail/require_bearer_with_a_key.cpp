// SPDX-License-Identifier: MIT
// A key is not a verifier: it has no rules.
// expect: the second argument is a verifier
#include "stack.hpp"

struct Key {};

#ifdef CREDENCE_MUST_FAIL
auto who = credence::require_bearer("Bearer abc", Key{});
#else
auto who = credence::require_bearer("Bearer abc", AccountVerifier{});
#endif
