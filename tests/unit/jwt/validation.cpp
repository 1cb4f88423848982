// SPDX-License-Identifier: MIT
// The rules as values: accepted names, checks, and strict defaults.
#include <credence/jwt/validation.hpp>

#include <chrono>
#include <string>
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

}  // namespace

TEST_CASE("the defaults are strict") {
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
    CHECK_FALSE(rules.allow_null_members);
    CHECK_FALSE(rules.allow_numeric_subject);
    CHECK_FALSE(rules.allow_bearer_use);
    CHECK(rules.scope_claims == std::vector<std::string>{"scope", "scp"});
    CHECK(rules.understood.empty());
    CHECK(credence::max_leeway == 300s);
}

TEST_CASE("every rule can be set by its name") {
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
