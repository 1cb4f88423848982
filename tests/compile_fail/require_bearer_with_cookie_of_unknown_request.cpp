// SPDX-License-Identifier: MIT
// A cookie is read from a request that credence knows.
// expect: no HttpTraits for this request type
#include "stack.hpp"

struct Unknown {};

#ifdef CREDENCE_MUST_FAIL
auto who = credence::require_bearer(Unknown{}, AccountVerifier{}, {.cookie = "token"});
#else
auto who = credence::require_bearer(Request{}, AccountVerifier{}, {.cookie = "token"});
#endif
