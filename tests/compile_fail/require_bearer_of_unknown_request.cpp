// SPDX-License-Identifier: MIT
// A request type that credence does not know.
// expect: no HttpTraits for this request type
#include "stack.hpp"

struct Unknown {};

#ifdef CREDENCE_MUST_FAIL
auto who = credence::require_bearer(Unknown{}, AccountVerifier{});
#else
auto who = credence::require_bearer(Request{}, AccountVerifier{});
#endif
