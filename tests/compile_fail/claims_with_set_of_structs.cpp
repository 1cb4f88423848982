// SPDX-License-Identifier: MIT
// A set of elements that are neither strings nor integers.
// expect: std::set (of strings or integers)
#include <credence/jwt/decode.hpp>

#include <set>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::set<double> levels;
};
#else
struct Account {
    std::set<int> levels;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
