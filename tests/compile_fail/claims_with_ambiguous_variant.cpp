// SPDX-License-Identifier: MIT
// A variant with two alternatives that are both numbers in JSON.
// expect: the alternatives of a std::variant in a claims type must differ in their JSON kind
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>
#include <variant>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::variant<int, double> level;
};
#else
struct Account {
    std::variant<int, std::string> level;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
