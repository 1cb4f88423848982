// SPDX-License-Identifier: MIT
// A shared secret has no PEM form.
// expect: a shared secret has no public form
#include <credence/keys/key_export.hpp>

#ifdef CREDENCE_MUST_FAIL
using Alg = credence::HS512;
#else
using Alg = credence::EdDSA;
#endif

bool publish(const credence::DecodingKey<Alg>& key) { return credence::to_pem(key).has_value(); }
