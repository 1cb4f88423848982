// SPDX-License-Identifier: MIT
// The half that signs cannot verify.
// expect: an EncodingKey signs and cannot verify
#include <credence/jwt/decode.hpp>

#include <string_view>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto read(std::string_view token, const Pair& keys) { return credence::decode<Claims>(token, keys.encoding); }
#else
auto read(std::string_view token, const Pair& keys) { return credence::decode<Claims>(token, keys.decoding); }
#endif
