// SPDX-License-Identifier: MIT
// A factory of keys may fail, so it returns a Result, which is not a key.
// expect: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys
#include <credence/jwt/decode.hpp>

#include <string_view>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto read(std::string_view token) { return credence::decode<Claims>(token, Pair::generate()); }
#else
auto read(std::string_view token) { return credence::decode<Claims>(token, Pair::generate().value()); }
#endif
