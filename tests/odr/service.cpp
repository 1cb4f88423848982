// SPDX-License-Identifier: MIT
// The unit that verifies, compiled as C++23: typed claims, claims of any shape, and a header value.
#include <string>

#include "claims.hpp"

int main() {
    const auto keys = shared_keys();
    const std::string token = issue("42");
    const auto typed = credence::decode<AccountClaims>(token, keys);
    const auto any = credence::decode<nlohmann::json>(token, keys);
    const auto guarded = credence::require_bearer("Bearer " + token, credence::verifier_for<AccountClaims>(keys));
    const auto again = credence::encode(AccountClaims{{.sub = "43"}, {.role = "user"}}, keys);
    const bool good = typed && typed->sub == "42" && typed->role == "admin" && any && (**any).at("sub") == "42" &&
                      guarded && guarded->sub == "42" && again;
    return good ? 0 : 1;
}
