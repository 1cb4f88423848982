// SPDX-License-Identifier: MIT
// ECDSA has no shared secret, short or long.
// expect: from_secret is for HS256, HS384 and HS512
#include <credence/keys/keys.hpp>

#include <string_view>

bool make(std::string_view text) {
#ifdef CREDENCE_MUST_FAIL
    return credence::DecodingKey<credence::ES256>::from_secret(text, credence::allow_short_secret).has_value();
#else
    return credence::DecodingKey<credence::HS256>::from_secret(text, credence::allow_short_secret).has_value();
#endif
}
