// SPDX-License-Identifier: MIT
// The inputs of `verify` and `explain`: a token, its key, and the rules for it.
#pragma once

#include <string>
#include <vector>

#include "commands.hpp"
#include "key_file.hpp"
#include "token_input.hpp"

namespace credence::command {

struct Verification {
    LoadedKey key;
    std::vector<std::string> algorithms;
    RuleArguments arguments;  ///< with the issuer whose keys were fetched
    Rules rules;
    std::string token;
};

/// Reads or fetches all of it. Throws `Failure`.
[[nodiscard]] Verification read_verification(const VerifyArguments& arguments);

}  // namespace credence::command
