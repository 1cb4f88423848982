// SPDX-License-Identifier: MIT
// There is no empty proof.
// expect: credence: there is no empty Verified
#include <credence/jwt/decode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
credence::Verified<Claims> forge() { return credence::Verified<Claims>{}; }
#else
Claims forge() { return Claims{}; }
#endif
