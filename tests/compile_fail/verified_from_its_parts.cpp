// SPDX-License-Identifier: MIT
// Claims, a header and scopes do not make a proof.
// expect: a Verified cannot be made by hand
#include <credence/jwt/decode.hpp>

#include <string>
#include <vector>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

#ifdef CREDENCE_MUST_FAIL
auto forge(const Claims& claims) {
    return credence::Verified<Claims>{credence::Header{}, std::vector<std::string>{"admin"}, claims};
}
#else
auto forge(const Claims& claims) { return claims; }
#endif
