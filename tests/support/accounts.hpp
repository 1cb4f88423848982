// SPDX-License-Identifier: MIT
// The claims, the key and the verifier that the tests of everything above the verifier share.
#pragma once

#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace support {

struct Account {
    std::string role = "user";
    std::optional<std::string> scope = {};
};
using AccountClaims = credence::Claims<Account>;

inline const credence::Keys<credence::HS256>& account_keys() {
    static const auto keys = credence::Keys<credence::HS256>::from_secret("0123456789abcdef0123456789abcdef").value();
    return keys;
}

inline const auto& account_verifier() {
    static const auto verifier = credence::verifier_for<AccountClaims>(account_keys());
    return verifier;
}

/// A good token.
inline std::string account_token(std::string subject = "42", std::optional<std::string> scope = {}) {
    const AccountClaims claims{{.sub = std::move(subject), .exp = credence::in(std::chrono::hours{1})},
                               {.role = "admin", .scope = std::move(scope)}};
    return credence::encode(claims, account_keys()).value();
}

/// A token that has expired.
inline std::string expired_token() {
    return credence::encode(AccountClaims{{.sub = "42", .exp = credence::in(std::chrono::hours{-1})}, {}},
                            account_keys())
        .value();
}

/// A good token whose signature has one bit changed.
inline std::string forged_token() {
    std::string token = account_token();
    char& byte = token[token.size() - 2];
    byte = byte == 'A' ? 'B' : 'A';
    return token;
}

}  // namespace support
