// SPDX-License-Identifier: MIT
// A member whose class has from_json and no to_json.
// expect: has from_json and no to_json
#include <credence/jwt/encode.hpp>

#include <nlohmann/json.hpp>

struct Level {
    int number = 0;
};
inline void from_json(const nlohmann::json& json, Level& level) { json.get_to(level.number); }
#ifndef CREDENCE_MUST_FAIL
inline void to_json(nlohmann::json& json, const Level& level) { json = level.number; }
#endif

struct Account {
    Level level;
};

bool signs(const Account& account, const credence::Keys<credence::HS256>& keys) {
    return credence::encode(account, keys).has_value();
}
