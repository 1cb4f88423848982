// SPDX-License-Identifier: MIT
// Any HTTP stack in the world: the value of the Authorization field goes in, a proof or a whole answer comes out.
#include <credence/credence.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

struct Account {
    std::string scope;
};
using AccountClaims = credence::Claims<Account>;

int main() {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const auto verifier = credence::verifier_for<AccountClaims>(keys);
    const credence::Challenge challenge{.realm = "shop", .tell_expired = true};

    const auto handle = [&](std::optional<std::string_view> authorization) {
        const auto who = credence::require_bearer(authorization, verifier, challenge);
        if (!who) return who.error();
        const auto granted = credence::require_scope(*who, "orders:write", challenge);
        if (!granted) return granted.error();
        return credence::Rejection{.status = 200};
    };
    const auto show = [&](const std::string& what, std::optional<std::string_view> authorization) {
        const credence::Rejection answer = handle(authorization);
        std::cout << what << ": " << answer.status << ' ' << answer.challenge << '\n';
    };

    const auto header = [&](const std::string& scope, std::chrono::seconds lifetime) {
        const AccountClaims claims{{.sub = "42", .exp = credence::in(lifetime)}, {.scope = scope}};
        return "Bearer " + credence::encode(claims, keys).value();
    };
    show("no header", std::nullopt);
    show("another scheme", "Basic dXNlcjpwYXNz");
    show("no token", "Bearer");
    show("two tokens", "Bearer a, Bearer b");
    show("not a token", "Bearer abc");
    show("an expired token", header("orders:write", -1h));
    show("another scope", header("orders:read", 1h));
    show("the scope", header("orders:read orders:write", 1h));
}
