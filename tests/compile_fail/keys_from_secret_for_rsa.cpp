// SPDX-License-Identifier: MIT
// RSA has no shared secret.
// expect: from_secret is for HS256, HS384 and HS512; a key of this algorithm comes from_pem, from_der or from_jwk
#include <credence/keys/keys.hpp>

#include <string_view>

bool make(std::string_view text) {
#ifdef CREDENCE_MUST_FAIL
    return credence::Keys<credence::RS256>::from_secret(text).has_value();
#else
    return credence::Keys<credence::RS256>::from_pem(text).has_value();
#endif
}
