// SPDX-License-Identifier: MIT
// Makes a token and verifies it: the program on the first screen of the README, in lines that fit half of a page.
// clang-format off
#include <credence/credence.hpp>

#include <iostream>

using namespace std::chrono_literals;
using Keys = credence::Keys<credence::HS256>;

struct Account {  // any aggregate: no macro
    std::string role;
};
using Claims = credence::Claims<Account>;

int main() {
    const auto keys =
        Keys::generate().value();
    const Claims user{
        {.sub = "42",
         .aud = "api",
         .exp = credence::in(1h)},
        {.role = "admin"},
    };
    const auto token =
        credence::encode(user, keys).value();

    const auto who =
        credence::decode<Claims>(
            token, keys, {.audience = "api"});
    if (!who) {
        std::cerr << message(who.error());
        return 1;
    }
    std::cout << who->sub << " is "
              << who->role << '\n';
}
