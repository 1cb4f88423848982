// SPDX-License-Identifier: MIT
// The claims of a request: its user, and the login.
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/jwt/verified.hpp>

#include <optional>
#include <string>

namespace account {

/// The claims besides the registered ones.
struct Login {
    /// Names the login. All its tokens end with it; its refresh tokens are the family of this name. An access token always
    /// has it, an API key never.
    std::optional<std::string> sid = {};
};
using LoginClaims = credence::Claims<Login>;
using LoginProof = credence::Verified<LoginClaims>;

}  // namespace account
