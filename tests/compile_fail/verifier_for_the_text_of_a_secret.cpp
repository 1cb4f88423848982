// SPDX-License-Identifier: MIT
// A secret is made into a key first.
// expect: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys
#include <credence/jwt/verifier.hpp>

#include <string_view>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto make(std::string_view) { return credence::verifier_for<Claims>("a secret of at least 32 bytes, as text"); }
#else
auto make(std::string_view secret) { return credence::verifier_for<Claims>(Pair::from_secret(secret).value()); }
#endif
