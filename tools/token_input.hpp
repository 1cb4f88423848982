// SPDX-License-Identifier: MIT
// A token from a file or standard input, and the rules for it from the command line.
#pragma once

#include <credence/claims/registered_claims.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "commands.hpp"

namespace credence::command {

using Rules = Validation<RegisteredClaims>;

/// Throws `Failure` when token and key would both come from standard input.
void check_inputs(const TokenArguments& token, const KeyArguments& key);

/// The token, without white space around it.
[[nodiscard]] std::string read_token(const TokenArguments& arguments);

/// The rules from the arguments. An opt-out may concern the key.
[[nodiscard]] Rules read_rules(const RuleArguments& arguments, const TokenArguments& token, KeyText& key);

/// A span of an option, or a failure that names the option.
[[nodiscard]] std::chrono::seconds demand_span(std::string_view option, const std::string& text);

/// The time in an option, or a failure that names the option.
[[nodiscard]] NumericDate demand_moment(std::string_view option, const std::string& text);

/// The bytes of a part of a token. Throws `Failure` if it is not base64url.
[[nodiscard]] std::string decoded_part(std::string_view part);

/// The parts of a token. Throws `Failure`: `malformed_token`.
[[nodiscard]] detail::CompactParts parts_of(std::string_view token);

}  // namespace credence::command
