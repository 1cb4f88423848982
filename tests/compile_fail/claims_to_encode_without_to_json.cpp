// SPDX-License-Identifier: MIT
// A mapping for one way only.
// expect: has from_json and no to_json; encode needs both
#include <credence/jwt/encode.hpp>

#include <string>

#include <nlohmann/json.hpp>

struct Account {
    std::string role;
    friend void from_json(const nlohmann::json& json, Account& account) { json.at("role").get_to(account.role); }
#ifdef CREDENCE_MUST_FAIL
};
#else
    friend void to_json(nlohmann::json& json, const Account& account) { json["role"] = account.role; }
};
#endif

auto issue(const credence::Keys<credence::HS256>& keys) { return credence::encode(Account{"admin"}, keys); }
