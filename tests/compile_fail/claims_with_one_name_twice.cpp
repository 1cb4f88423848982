// SPDX-License-Identifier: MIT
// Two members that would be one claim.
// expect: two members of this claims type have the same name in the token
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::string role, other;
    static constexpr credence::ClaimName claim_names[] = {{"other", "role"}};
};
#else
struct Account {
    std::string role, other;
    static constexpr credence::ClaimName claim_names[] = {{"other", "roles"}};
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
