// SPDX-License-Identifier: MIT
// A shared secret has no public half.
// expect: a shared secret has no public form; export_private_jwk_in_the_clear writes the secret itself
#include <credence/keys/key_export.hpp>

#ifdef CREDENCE_MUST_FAIL
using Alg = credence::HS256;
#else
using Alg = credence::ES256;
#endif

bool publish(const credence::Keys<Alg>& keys) { return credence::to_jwk(keys).has_value(); }
