// SPDX-License-Identifier: MIT
// A secret is made into a key first.
// expect: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys
#include <credence/jwt/decode.hpp>

#include <string_view>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto read(std::string_view token) { return credence::decode<Claims>(token, "a secret of at least 32 bytes, as text"); }
#else
auto read(std::string_view token, std::string_view secret) {
    return credence::decode<Claims>(token, Pair::from_secret(secret).value());
}
#endif
