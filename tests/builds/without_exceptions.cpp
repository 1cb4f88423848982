// SPDX-License-Identifier: MIT
// A program that is compiled without exceptions and RTTI: it signs, verifies, guards and refuses as any other. With the
// argument `value` it calls `value()` of an error, which ends it.
#include <credence/credence.hpp>
#include <credence/opaque.hpp>
#include <credence/remote.hpp>
#include <credence/testing.hpp>
#include <credence/unverified.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

struct Level {
    int number = 0;
};
inline void from_json(const nlohmann::json& json, Level& level) {
    level.number = json.is_number() ? json.get<int>() : 0;
}
inline void to_json(nlohmann::json& json, const Level& level) { json = level.number; }

struct Account {
    std::string role;
    Level level = {};
};
using AccountClaims = credence::Claims<Account>;

int main(int argc, char** argv) {
    const auto keys = credence::Keys<credence::HS256>::from_secret(std::string(32, 'k'));
    if (!keys) return 1;
    const auto verifier = credence::verifier_for<AccountClaims>(*keys);
    const auto token = credence::encode(
        AccountClaims{{.sub = "42", .exp = credence::in(std::chrono::hours{1})}, {.role = "admin", .level = {7}}},
        *keys);
    if (!token) return 2;
    const auto who = credence::require_bearer("Bearer " + *token, verifier);
    if (!who || (*who)->role != "admin" || (*who)->level.number != 7) return 3;
    const auto refused = credence::decode<AccountClaims>(*token + "x", verifier);
    if (refused) return 4;
    if (argc > 1 && std::string_view{argv[1]} == "value") return static_cast<int>(refused.value()->sub.size());
    return credence::testing::attack_suite(verifier, *token, *keys) ? 0 : 5;
}
