// SPDX-License-Identifier: MIT
// Shared secrets and public keys in one set: a token could choose between them.
// expect: a KeySet holds shared secrets (HS*) or public keys, never both
#include <credence/keys/key_set.hpp>

#include <string_view>

bool read(std::string_view text) {
#ifdef CREDENCE_MUST_FAIL
    return credence::KeySet<credence::HS256, credence::RS256>::from_jwks(text).has_value();
#else
    return credence::KeySet<credence::ES256, credence::RS256>::from_jwks(text).has_value();
#endif
}
