// SPDX-License-Identifier: MIT
// The scopes that a token grants: require_scope, and Granted as a proof.
#include <credence/http/scope.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::Granted;
using credence::require_any_scope;
using credence::require_scope;
using credence::Verified;
using support::AccountClaims;

namespace {

using Reader = Granted<AccountClaims, "orders:read">;
using Writer = Granted<AccountClaims, "orders:read", "orders:write">;

Verified<AccountClaims> bearer_of(std::optional<std::string> scope) {
    return *support::account_verifier().verify(support::account_token("42", std::move(scope)));
}

}  // namespace

TEST_CASE("a granted scope is accepted") {
    const auto who = bearer_of("orders:read orders:write");
    CHECK(require_scope(who, "orders:read"));
    CHECK(require_scope(who, "orders:write"));
    CHECK(require_scope(who, {"orders:write", "orders:read"}));
    CHECK(require_scope(who, "orders:write orders:read"));
    CHECK(require_scope(who, std::string{"orders:read"}));
    CHECK(require_scope(who, std::string_view{"orders:read"}));
}

TEST_CASE("a scope that is missing is 403, and the challenge names all that are needed") {
    const auto refused = require_scope(bearer_of("orders:read"), {"orders:read", "orders:write"}, {.realm = "shop"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 403);
    CHECK(refused.error().reason == Error{Errc::insufficient_scope, "scope"});
    CHECK(refused.error().reason.reason == "it does not grant all of these scopes");
    CHECK(refused.error().challenge ==
          R"(Bearer realm="shop", error="insufficient_scope", )"
          R"(error_description="The access token does not grant the scope that is needed", )"
          R"(scope="orders:read orders:write")");
}

TEST_CASE("scopes are compared whole, and with case") {
    const auto who = bearer_of("orders:read admin");
    for (const char* scope : {"orders", "orders:", "orders:rea", "orders:reads", "Orders:read", "ORDERS:READ", "read",
                              "admin:", "adm", "orders:read  admin", " admin", "admin ", "*"}) {
        INFO(scope);
        CHECK_FALSE(require_scope(who, scope));
    }
}

TEST_CASE("a token without scopes grants none") {
    CHECK_FALSE(require_scope(bearer_of({}), "orders:read"));
    CHECK_FALSE(require_scope(bearer_of(""), "orders:read"));
}

TEST_CASE("an empty demand is an error, and grants nothing") {
    const auto who = bearer_of("orders:read");
    CHECK_FALSE(require_scope(who, ""));
    CHECK_FALSE(require_scope(who, {}));
    CHECK_FALSE(require_scope(who, {"", "orders:read"}));
    CHECK_FALSE(require_scope(who, {"orders:read", ""}));
    CHECK_FALSE(require_scope(bearer_of(""), ""));
}

TEST_CASE("one of several alternative scopes suffices, and the challenge names all of them") {
    const auto who = bearer_of("orders:read admin");
    CHECK(require_any_scope(who, {"orders:write", "admin"}));
    CHECK(require_any_scope(who, "orders:read orders:write"));
    CHECK(require_any_scope(who, "admin"));
    CHECK(require_any_scope(Reader::from(who).value(), {"x", "admin"}));
    const auto refused = require_any_scope(who, {"orders:write", "adm"}, {.realm = "shop"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 403);
    CHECK(refused.error().reason == Error{Errc::insufficient_scope, "scope"});
    CHECK(refused.error().reason.reason == "it grants none of these scopes");
    CHECK_THAT(refused.error().challenge, support::contains_text(R"(realm="shop")"));
    CHECK_THAT(refused.error().challenge, support::contains_text(R"(, scope="orders:write adm")"));
    for (const char* scopes : {"", " ", "orders Admin", "orders:read:x  admins"}) {
        INFO(scopes);
        CHECK_FALSE(require_any_scope(who, scopes));
        CHECK_FALSE(require_any_scope(bearer_of({}), scopes));
    }
    CHECK_FALSE(require_any_scope(who, {}));
    CHECK_FALSE(require_any_scope(bearer_of(""), {""}));
}

TEST_CASE("Granted accepts AnyOf instead of a scope") {
    using credence::AnyOf;
    using Either = Granted<AccountClaims, AnyOf<"orders:admin", "orders:read">>;
    CHECK(Either::from(bearer_of("orders:read")));
    CHECK(Either::from(bearer_of("x orders:admin y")));
    CHECK(Either::from(bearer_of("orders:read orders:admin")));
    for (const char* granted : {"", "orders", "orders:rea", "orders:reads", "ORDERS:READ"})
        CHECK(Either::from(bearer_of(granted)).error().code == Errc::insufficient_scope);
    CHECK(Either::required() == "orders:admin orders:read");

    using Both = Granted<AccountClaims, "audit", AnyOf<"a", "b">>;
    CHECK(Both::from(bearer_of("b audit")));
    CHECK_FALSE(Both::from(bearer_of("a b")));
    CHECK_FALSE(Both::from(bearer_of("audit")));
    CHECK(Both::required() == "audit a b");
    STATIC_REQUIRE(std::is_same_v<Granted<AccountClaims, AnyOf<"a">>, Granted<AccountClaims, AnyOf<"a">>>);
    STATIC_REQUIRE_FALSE(std::is_same_v<Granted<AccountClaims, AnyOf<"a">>, Granted<AccountClaims, "a">>);
}
