// SPDX-License-Identifier: MIT
// A proof of possession signed with a shared secret proves nothing.
// expect: credence: a proof is signed with the Keys or the EncodingKey of an asymmetric algorithm
#include <credence/http/dpop.hpp>

#ifdef CREDENCE_MUST_FAIL
using Alg = credence::HS256;
#else
using Alg = credence::EdDSA;
#endif

bool prove(const credence::Keys<Alg>& keys) { return credence::dpop_proof(keys, "GET", "https://a/").has_value(); }
