// SPDX-License-Identifier: MIT
// The unit that signs, compiled as C++20. It decodes too, so that both units instantiate the same templates.
#include <chrono>
#include <string>

#include "claims.hpp"

std::string issue(const std::string& subject) {
    const auto keys = shared_keys();
    const auto token = credence::encode(
        AccountClaims{{.sub = subject, .exp = credence::in(std::chrono::hours{1})}, {.role = "admin"}}, keys);
    return credence::decode<AccountClaims>(token.value(), keys) ? token.value() : std::string{};
}
