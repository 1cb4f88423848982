// SPDX-License-Identifier: MIT
// A claims type that cannot be decoded cannot be encoded either.
// expect: a claims type cannot hold a pointer
#include <credence/jwt/encode.hpp>

#include <string>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    const char* role;
};
#else
struct Account {
    std::string role;
};
#endif

auto issue(const credence::Keys<credence::HS256>& keys) { return credence::encode(Account{"admin"}, keys); }
