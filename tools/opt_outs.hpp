// SPDX-License-Identifier: MIT
// The opt-outs that a request, or `--allow`, names: each loosens one rule of the library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "key_text.hpp"
#include "token_input.hpp"

namespace credence::command {

/// The names that `allow_by_name` knows.
[[nodiscard]] std::vector<std::string> opt_out_names();

/// Applies the opt-out of this name to the rules, or to the key that a token is verified with. \return whether there is
/// one.
[[nodiscard]] bool allow_by_name(std::string_view name, Rules& rules, KeyText& key);

}  // namespace credence::command
