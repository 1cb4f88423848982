// SPDX-License-Identifier: MIT
// A view into a token that is gone, deep inside.
// expect: would point into a token that is gone; use std::string
#include <credence/jwt/decode.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::vector<std::optional<std::string_view>> groups;
};
#else
struct Account {
    std::vector<std::optional<std::string>> groups;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
