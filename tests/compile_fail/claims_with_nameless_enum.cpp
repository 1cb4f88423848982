// SPDX-License-Identifier: MIT
// An enum whose values have no names in the token.
// expect: an enum in a claims type needs a table of names
#include <credence/jwt/decode.hpp>

#include <array>
#include <cstdint>
#include <string_view>

enum class Role : std::uint8_t { admin, user };
#ifdef CREDENCE_MUST_FAIL
#else
constexpr auto claim_values(Role /*role*/) {
    return std::to_array<credence::ClaimValue<Role>>({{Role::admin, "admin"}, {Role::user, "user"}});
}
#endif

struct Account {
    Role role;
};

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
