// SPDX-License-Identifier: MIT
// A class with private members and without a mapping of its own.
// expect: the members of this claims type cannot be seen
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
class Account {
public:
    Account() = default;
    [[nodiscard]] const std::string& role() const { return role_; }

private:
    std::string role_;
};
#else
struct Account {
    std::string role;
};
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
