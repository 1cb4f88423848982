// SPDX-License-Identifier: MIT
// A struct that has itself as a member, through a list.
// expect: a claims type cannot contain itself
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>
#include <vector>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::string name;
    std::vector<Account> deputies;
};
#else
struct Deputy {
    std::string name;
};
struct Account {
    std::string name;
    std::vector<Deputy> deputies;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
