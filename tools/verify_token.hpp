// SPDX-License-Identifier: MIT
// Verifies a token by the library's rules, and the scopes that the token must grant.
#pragma once

#include <credence/keys/keys.hpp>
#include <credence/result.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "key_text.hpp"
#include "token_input.hpp"

namespace credence::command {

/// Verifies a token, and then its scopes: each of `scopes` must be granted. Any `Errc` of `Verifier::verify`, and
/// `insufficient_scope`.
[[nodiscard]] Result<void> verify_token(std::string_view token, const LazyKey& key, const Rules& rules,
                                        const std::vector<std::string>& scopes);
/// The same with a key of the command's own.
[[nodiscard]] Result<void> verify_token(std::string_view token, const DecodingKey<HS256>& key, const Rules& rules,
                                        const std::vector<std::string>& scopes);

}  // namespace credence::command
