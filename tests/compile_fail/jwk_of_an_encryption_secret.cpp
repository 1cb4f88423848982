// SPDX-License-Identifier: MIT
// A shared secret for encryption has no public form.
// expect: credence: dir, A*KW and A*GCMKW have a shared secret, which has no public form
#include <credence/jwe/encryption_key_export.hpp>

#include <string>

#ifdef CREDENCE_MUST_FAIL
using Algorithm = credence::A256KW;
#else
using Algorithm = credence::RSA_OAEP;
#endif

std::string publish(const credence::EncryptionKeys<Algorithm>& keys) { return credence::to_jwk(keys).value_or(""); }
