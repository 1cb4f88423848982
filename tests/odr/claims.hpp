// SPDX-License-Identifier: MIT
// Shared by the two translation units of this test: a claims type, and the function that one unit offers to the other.
#pragma once

#include <credence/credence.hpp>

#include <string>
#include <vector>

struct Account {
    std::string role;
    std::vector<std::string> groups = {};
};
using AccountClaims = credence::Claims<Account>;

/// A key that both units use; `issue` signs with it in the other unit.
inline credence::Keys<credence::HS256> shared_keys() {
    return credence::Keys<credence::HS256>::from_secret(std::string(32, 'k')).value();
}

std::string issue(const std::string& subject);
