// SPDX-License-Identifier: MIT
// A verifier for a type that is no claims type.
// expect: a claims type cannot hold a pointer
#include <credence/jwt/decode.hpp>

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

auto prepare(const credence::Keys<credence::HS256>& keys) { return credence::verifier_for<Account>(keys); }
