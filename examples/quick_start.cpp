// SPDX-License-Identifier: MIT
// Makes a token and verifies it: the program on the first screen of the README.
#include <credence/credence.hpp>

#include <iostream>

using namespace std::chrono_literals;

struct Account {  // any aggregate: no macro, no base class
    std::string role;
    std::optional<std::string> email = {};  // optional: may be absent from the token
};
using AccountClaims = credence::Claims<Account>;  // and iss sub aud exp nbf iat jti beside it

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const AccountClaims claims{{.sub = "42", .exp = credence::in(1h)}, {.role = "admin"}};
    const auto token = credence::encode(claims, keys).value();

    const auto who = credence::decode<AccountClaims>(token, keys, {.leeway = 5s});
    if (!who) {
        std::cerr << message(who.error()) << '\n';
        return 1;
    }
    std::cout << who->sub << " is " << who->role << '\n';  // 42 is admin
}
