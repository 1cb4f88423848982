// SPDX-License-Identifier: MIT
// A member that holds text is not a check.
// expect: a check returns exactly bool
#include <credence/jwt/decode.hpp>

#include <string>

struct Account {
    std::string role;
    bool admin;
};
#ifdef CREDENCE_MUST_FAIL
const credence::Check<Account> check{"role", &Account::role};
#else
const credence::Check<Account> check{"admin", &Account::admin};
#endif
