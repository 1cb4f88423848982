// SPDX-License-Identifier: MIT
// A set of keys without a list of algorithms would leave the choice to the tokens.
// expect: name the algorithms that the keys may serve: KeySet<RS256, ES256>
#include <credence/keys/key_set.hpp>

#include <string_view>

bool read(std::string_view text) {
#ifdef CREDENCE_MUST_FAIL
    return credence::KeySet<>::from_jwks(text).has_value();
#else
    return credence::KeySet<credence::ES256>::from_jwks(text).has_value();
#endif
}
