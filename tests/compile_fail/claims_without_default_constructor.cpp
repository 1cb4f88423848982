// SPDX-License-Identifier: MIT
// A claims type that cannot be made before the token is read.
// expect: a claims type needs a default constructor
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#ifdef CREDENCE_MUST_FAIL
class Account {
public:
    explicit Account(std::string role) : role_(std::move(role)) {}
    friend void from_json(const nlohmann::json& json, Account& account) { json.at("role").get_to(account.role_); }

private:
    std::string role_;
};
#else
class Account {
public:
    friend void from_json(const nlohmann::json& json, Account& account) { json.at("role").get_to(account.role_); }

private:
    std::string role_;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
