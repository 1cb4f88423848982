// SPDX-License-Identifier: MIT
// RSA has no shared secret.
// expect: from_secret is for dir, A*KW and A*GCMKW
#include <credence/jwe/encryption_keys.hpp>

#include <string_view>

#ifdef CREDENCE_MUST_FAIL
using Algorithm = credence::RSA_OAEP;
#else
using Algorithm = credence::A256KW;
#endif

bool read(std::string_view secret) { return credence::EncryptionKey<Algorithm>::from_secret(secret).has_value(); }
