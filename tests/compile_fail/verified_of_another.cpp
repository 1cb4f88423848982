// SPDX-License-Identifier: MIT
// A proof of one claims type is not a proof of another.
// expect: a Verified cannot be made by hand
#include <credence/jwt/decode.hpp>

#include <string>

using Claims = credence::RegisteredClaims;
using Pair = credence::Keys<credence::HS256>;

struct Account {
    std::string role;
};
#ifdef CREDENCE_MUST_FAIL
auto take(const credence::Verified<Claims>& who) { return credence::Verified<Account>{who}; }
#else
auto take(const credence::Verified<Claims>& who) { return credence::Verified<Claims>{who}; }
#endif
