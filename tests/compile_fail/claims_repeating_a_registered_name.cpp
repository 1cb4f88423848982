// SPDX-License-Identifier: MIT
// A private claim of a registered name.
// expect: a private claim repeats a registered name
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

#ifdef CREDENCE_MUST_FAIL
struct Private {
    std::string sub;
};
using Account = credence::Claims<Private>;
#else
struct Private {
    std::string role;
};
using Account = credence::Claims<Private>;
#endif

bool accepts(std::string_view token, const credence::Keys<credence::HS256>& keys) {
    return credence::decode<Account>(token, keys).has_value();
}
