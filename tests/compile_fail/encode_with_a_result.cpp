// SPDX-License-Identifier: MIT
// A factory of keys may fail, so it returns a Result, which is not a key.
// expect: a token is signed with an EncodingKey, or the Keys that hold both halves
#include <credence/jwt/encode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto issue(const Claims& claims) { return credence::encode(claims, Pair::generate()); }
#else
auto issue(const Claims& claims) { return credence::encode(claims, Pair::generate().value()); }
#endif
