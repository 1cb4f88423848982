// SPDX-License-Identifier: MIT
// A table of names that lists a member that does not exist.
// expect: claim_names lists a member that this claims type does not have
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Account {
    std::string role;
    static constexpr credence::ClaimName claim_names[] = {{"rolle", "https://example.com/role"}};
};
#else
struct Account {
    std::string role;
    static constexpr credence::ClaimName claim_names[] = {{"role", "https://example.com/role"}};
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
