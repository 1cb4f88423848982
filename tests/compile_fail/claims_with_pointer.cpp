// SPDX-License-Identifier: MIT
// A pointer as a member: it owns nothing.
// expect: a claims type cannot hold a pointer
#include <credence/jwt/decode.hpp>

#include <optional>
#include <string>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    const char* mail;
};
#else
struct Account {
    std::optional<std::string> mail;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
