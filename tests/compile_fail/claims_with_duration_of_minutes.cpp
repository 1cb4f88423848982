// SPDX-License-Identifier: MIT
// A duration whose unit the token would not tell.
// expect: a duration in a claims type is a std::chrono::seconds or std::chrono::milliseconds
#include <credence/jwt/decode.hpp>

#include <chrono>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::chrono::minutes lifetime;
};
#else
struct Account {
    std::chrono::seconds lifetime;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
