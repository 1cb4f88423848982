// SPDX-License-Identifier: MIT
// The half that signs cannot make a verifier.
// expect: an EncodingKey signs and cannot verify
#include <credence/jwt/decode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto prepare(const Pair& keys) { return credence::verifier_for<Claims>(keys.encoding); }
#else
auto prepare(const Pair& keys) { return credence::verifier_for<Claims>(keys.decoding); }
#endif
