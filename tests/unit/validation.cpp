// SPDX-License-Identifier: MIT
// The rules as values: names that are accepted, checks, and defaults that are strict.
#include <credence/validation.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Accept;
using credence::AcceptAudience;
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

TEST_CASE("names that nobody set are not set, and match nothing") {
    const Accept unset;
    CHECK_FALSE(unset.is_set());
    CHECK_FALSE(unset.matches("api"));
    const AcceptAudience unset_audience;
    CHECK_FALSE(unset_audience.is_set());
    CHECK_FALSE(unset_audience.is_any());
    CHECK_FALSE(unset_audience.matches("api"));
}

TEST_CASE("a name matches as a whole, byte for byte") {
    for (const Accept& accepted : {Accept{"api"}, Accept{std::string{"api"}}, Accept{std::string_view{"api"}},
                                   Accept{"web", "api"}, Accept{std::vector<std::string>{"api"}}}) {
        CHECK(accepted.is_set());
        CHECK(accepted.matches("api"));
        for (const std::string_view other : {"", "ap", "apis", "API", "api ", " api", "api/", "xapi"}) {
            INFO(other);
            CHECK_FALSE(accepted.matches(other));
        }
        CHECK_FALSE(accepted.matches(std::string_view{"api\0", 4}));
    }
}

TEST_CASE("what is set to nothing is set, and matches nothing") {
    const char* const forgotten = nullptr;  // as from std::getenv
    for (const Accept& accepted : {Accept{""}, Accept{std::string{}}, Accept{std::string_view{}}, Accept(forgotten),
                                   Accept{std::vector<std::string>{}}, Accept{std::vector<std::string>{""}}}) {
        CHECK(accepted.is_set());
        CHECK_FALSE(accepted.matches(""));
        CHECK_FALSE(accepted.matches("api"));
    }
}

TEST_CASE("any audience is a name of its own, not a wildcard") {
    const AcceptAudience any = credence::any_audience;
    CHECK(any.is_any());
    CHECK_FALSE(any.is_set());
    CHECK_FALSE(any.matches("api"));
    CHECK_FALSE(AcceptAudience{"*"}.is_any());
    CHECK_FALSE(AcceptAudience{"*"}.matches("api"));
}

TEST_CASE("an audience takes all that a name takes, also names that are kept elsewhere") {
    const Accept kept{"web", "api"};
    const char* const forgotten = nullptr;
    for (const AcceptAudience& accepted :
         {AcceptAudience{"api"}, AcceptAudience{std::string{"api"}}, AcceptAudience{std::string_view{"api"}},
          AcceptAudience{"web", "api"}, AcceptAudience{std::vector<std::string>{"api"}}, AcceptAudience{kept}}) {
        CHECK(accepted.is_set());
        CHECK_FALSE(accepted.is_any());
        CHECK(accepted.matches("api"));
        CHECK_FALSE(accepted.matches("ap"));
    }
    CHECK(AcceptAudience(forgotten).is_set());
    CHECK_FALSE(AcceptAudience{Accept{}}.is_set());

    credence::Validation<Member> rules{.issuer = kept, .audience = kept};
    CHECK(rules.audience.matches("web"));
    rules.audience = credence::any_audience;
    CHECK(rules.audience.is_any());
    rules.audience = "api";
    CHECK_FALSE(rules.audience.is_any());
    CHECK(rules.audience.matches("api"));
    rules.audience = {"a", "b"};
    CHECK(rules.audience.matches("b"));
    rules.audience = {};
    CHECK_FALSE(rules.audience.is_set());
    const Accept again = rules.audience = kept;
    CHECK(again.matches("web"));
}

TEST_CASE("any audience is no issuer and no subject, and taken for one it matches nothing") {
    static_assert(!std::is_constructible_v<Accept, credence::AnyAudience>);
    static_assert(!std::is_assignable_v<Accept&, credence::AnyAudience>);
    static_assert(std::is_convertible_v<credence::AnyAudience, AcceptAudience>);
    const AcceptAudience any = credence::any_audience;
    const Accept issuer = any;  // NOLINT(cppcoreguidelines-slicing)
    CHECK(issuer.is_set());
    CHECK_FALSE(issuer.matches(""));
    CHECK_FALSE(issuer.matches("https://id.example"));
}

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

TEST_CASE("a check without a predicate refuses") {
    using Function = bool (*)(const Member&);
    using Object = bool Member::*;
    const Member admin{.admin = true};
    CHECK_FALSE(Check("none", std::function<bool(const Member&)>{}).accepts(admin));
    CHECK_FALSE(Check("none", Function{nullptr}).accepts(admin));
    CHECK_FALSE(Check("none", Object{nullptr}).accepts(admin));
}

TEST_CASE("the defaults are the strict ones") {
    const credence::Validation<Member> rules;
    CHECK_FALSE(rules.issuer.is_set());
    CHECK_FALSE(rules.audience.is_set());
    CHECK_FALSE(rules.audience.is_any());
    CHECK_FALSE(rules.subject.is_set());
    CHECK(rules.type.empty());
    CHECK(rules.leeway == 0s);
    CHECK_FALSE(rules.max_age);
    CHECK(rules.required.empty());
    CHECK(rules.checks.empty());
    CHECK(rules.max_token_bytes == 16 * 1024);
    CHECK_FALSE(rules.allow_missing_exp);
    CHECK_FALSE(rules.allow_future_iat);
    CHECK_FALSE(rules.allow_padding);
    CHECK_FALSE(rules.allow_duplicate_members);
    CHECK(rules.understood.empty());
    CHECK(credence::max_leeway == 300s);
}

TEST_CASE("the clock is the system's") {
    const auto before = credence::now();
    const auto moment = credence::Validation<Member>{}.clock();
    CHECK(moment >= before);
    CHECK(moment <= credence::now());
}

TEST_CASE("every rule can be named where it is set") {
    const credence::Validation<Member> rules{.issuer = "https://id.example",
                                             .audience = {"api", "web"},
                                             .type = "at+jwt",
                                             .leeway = 5s,
                                             .max_age = 1h,
                                             .required = {"jti"},
                                             .checks = {{"admin", &Member::admin}}};
    CHECK(rules.issuer.matches("https://id.example"));
    CHECK(rules.audience.matches("web"));
    CHECK(rules.max_age == 1h);
    CHECK(rules.checks.front().name() == "admin");
}
