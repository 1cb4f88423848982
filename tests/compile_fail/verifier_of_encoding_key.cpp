// SPDX-License-Identifier: MIT
// The half that signs cannot make a verifier by deduction either.
// expect: an EncodingKey signs and cannot verify
#include <credence/jwt/decode.hpp>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto prepare(const Pair& keys) { return credence::Verifier{keys.encoding, credence::Validation<Claims>{}}; }
#else
auto prepare(const Pair& keys) { return credence::Verifier{keys.decoding, credence::Validation<Claims>{}}; }
#endif
