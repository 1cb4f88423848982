// SPDX-License-Identifier: MIT
// A pointer is not a bool.
// expect: a check returns exactly bool
#include <credence/jwt/decode.hpp>

using Claims = credence::RegisteredClaims;

#ifdef CREDENCE_MUST_FAIL
const credence::Check<Claims> check{"sub", [](const Claims& claims) { return claims.sub.data(); }};
#else
const credence::Check<Claims> check{"sub", [](const Claims& claims) { return claims.sub.data() != nullptr; }};
#endif
