// SPDX-License-Identifier: MIT
// Only the library makes a proof.
// expect: a Verified cannot be made by hand
#include <credence/jwt/decode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
credence::Verified<Claims> forge() { return credence::Verified<Claims>{Claims{.sub = "admin"}}; }
#else
Claims forge() { return Claims{.sub = "admin"}; }
#endif
