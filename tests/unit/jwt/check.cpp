// SPDX-License-Identifier: MIT
// Check: predicates of every kind, their names and codes.
#include <credence/jwt/check.hpp>

#include <chrono>
#include <functional>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;

namespace {

struct Member {
    bool admin = false;
    int tenant = 0;

    [[nodiscard]] bool is_from_seven() const { return tenant == 7; }
};
using Check = credence::Check<Member>;

bool is_admin(const Member& member) { return member.admin; }

}  // namespace

TEST_CASE("a check takes a lambda, a function, a std::function, a member and a member function") {
    const Member admin{.admin = true, .tenant = 7}, user{};
    const std::vector<Check> checks{{"lambda", [](const Member& member) { return member.tenant == 7; }},
                                    {"function", is_admin},
                                    {"std::function", std::function<bool(const Member&)>{is_admin}},
                                    {"member", &Member::admin},
                                    {"member function", &Member::is_from_seven}};
    for (const Check& check : checks) {
        INFO(check.name());
        CHECK(check.accepts(admin));
        CHECK_FALSE(check.accepts(user));
        CHECK(check.code() == Errc::check_failed);
    }
}

TEST_CASE("a check may name its code") {
    const Check check{"jti", is_admin, Errc::token_revoked};
    CHECK(check.name() == "jti");
    CHECK(check.code() == Errc::token_revoked);
}

TEST_CASE("a check without a predicate refuses every token") {
    using Function = bool (*)(const Member&);
    using Object = bool Member::*;
    const Member admin{.admin = true};
    CHECK_FALSE(Check("none", std::function<bool(const Member&)>{}).accepts(admin));
    CHECK_FALSE(Check("none", Function{nullptr}).accepts(admin));
    CHECK_FALSE(Check("none", Object{nullptr}).accepts(admin));
}
