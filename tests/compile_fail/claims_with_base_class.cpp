// SPDX-License-Identifier: MIT
// A base class, which C++20 cannot take apart.
// expect: a claims type cannot have a base class
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

struct Person {
    std::string name;
};
#ifdef CREDENCE_MUST_FAIL
struct Account : Person {
    std::string role;
};
#else
struct Account {
    Person person;
    std::string role;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
