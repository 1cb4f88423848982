// SPDX-License-Identifier: MIT
// A member whose class has to_json and no from_json.
// expect: has to_json and no from_json
#include <credence/jwt/decode.hpp>

#include <string_view>

#include <nlohmann/json.hpp>

struct Level {
    int number = 0;
};
inline void to_json(nlohmann::json& json, const Level& level) { json = level.number; }
#ifndef CREDENCE_MUST_FAIL
inline void from_json(const nlohmann::json& json, Level& level) { json.get_to(level.number); }
#endif

struct Account {
    Level level;
};

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
