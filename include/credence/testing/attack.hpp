// SPDX-License-Identifier: MIT
// Attack: a token of the attack suite, and the rule that refuses it.
#pragma once

#include <credence/version.hpp>

#include <string>

namespace credence::testing {

/// A token that every verifier should refuse.
struct Attack {
    std::string rule;   ///< the rule that refuses it: `"padding"`, `"duplicate member"`, …
    std::string name;   ///< the change to the good token
    std::string token;  ///< the token, to be tried again
};

}  // namespace credence::testing
