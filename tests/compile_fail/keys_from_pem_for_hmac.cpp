// SPDX-License-Identifier: MIT
// A PEM file as an HMAC secret: the classic confusion, which does not even compile.
// expect: HS256, HS384 and HS512 have a shared secret and no key file; use from_secret or from_jwk
#include <credence/keys/keys.hpp>

#include <string_view>

bool make(std::string_view text) {
#ifdef CREDENCE_MUST_FAIL
    return credence::Keys<credence::HS256>::from_pem(text, {.passphrase = "sesame"}).has_value();
#else
    return credence::Keys<credence::ES256>::from_pem(text, {.passphrase = "sesame"}).has_value();
#endif
}
