// SPDX-License-Identifier: MIT
// The half that verifies cannot sign.
// expect: a DecodingKey verifies and cannot sign
#include <credence/jwt/encode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto issue(const Claims& claims, const Pair& keys) { return credence::encode(claims, keys.decoding); }
#else
auto issue(const Claims& claims, const Pair& keys) { return credence::encode(claims, keys.encoding); }
#endif
