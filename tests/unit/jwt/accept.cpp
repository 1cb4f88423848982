// SPDX-License-Identifier: MIT
// Accept: names, lists of names, and any audience.
#include <credence/jwt/accept.hpp>
#include <credence/jwt/validation.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"

using credence::Accept;
using credence::AcceptAudience;

namespace {

struct Member {};

}  // namespace

TEST_CASE("a list of names that was not set matches nothing") {
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

TEST_CASE("a rule that is set to an empty value is set, and matches nothing") {
    const char* const forgotten = nullptr;  // as std::getenv returns
    for (const Accept& accepted : {Accept{""}, Accept{std::string{}}, Accept{std::string_view{}}, Accept(forgotten),
                                   Accept{std::vector<std::string>{}}, Accept{std::vector<std::string>{""}}}) {
        CHECK(accepted.is_set());
        CHECK_FALSE(accepted.matches(""));
        CHECK_FALSE(accepted.matches("api"));
    }
}

TEST_CASE("any_audience is a distinct value, not a wildcard name") {
    const AcceptAudience any = credence::any_audience;
    CHECK(any.is_any());
    CHECK_FALSE(any.is_set());
    CHECK_FALSE(any.matches("api"));
    CHECK_FALSE(AcceptAudience{"*"}.is_any());
    CHECK_FALSE(AcceptAudience{"*"}.matches("api"));
}

TEST_CASE("an audience converts from every type that a name converts from") {
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

TEST_CASE("any_audience as an issuer or a subject matches nothing") {
    static_assert(!std::is_constructible_v<Accept, credence::AnyAudience>);
    static_assert(!std::is_assignable_v<Accept&, credence::AnyAudience>);
    static_assert(std::is_convertible_v<credence::AnyAudience, AcceptAudience>);
    const AcceptAudience any = credence::any_audience;
    const Accept issuer = any;  // NOLINT(cppcoreguidelines-slicing)
    CHECK(issuer.is_set());
    CHECK_FALSE(issuer.matches(""));
    CHECK_FALSE(issuer.matches("https://id.example"));
}
