// SPDX-License-Identifier: MIT
// A member that JSON does not map to.
// expect: has a type that JSON does not map to
#include <credence/jwt/decode.hpp>

#include <list>
#include <string>
#include <string_view>
#include <vector>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::list<std::string> groups;
};
#else
struct Account {
    std::vector<std::string> groups;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
