// SPDX-License-Identifier: MIT
// Granted: a proof that has scopes.
#include <credence/http/scope.hpp>
#include <credence/jwt/granted.hpp>

#include <optional>
#include <string>
#include <type_traits>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::Error;
using credence::Granted;
using credence::Verified;
using support::AccountClaims;

namespace {

using Reader = Granted<AccountClaims, "orders:read">;
using Writer = Granted<AccountClaims, "orders:read", "orders:write">;

Verified<AccountClaims> bearer_of(std::optional<std::string> scope) {
    return *support::account_verifier().verify(support::account_token("42", std::move(scope)));
}

std::string subject_of(const Verified<AccountClaims>& who) { return who->sub; }

}  // namespace

TEST_CASE("Granted is made from a proof with these scopes") {
    const auto writer = Writer::from(bearer_of("a orders:write b orders:read"));
    REQUIRE(writer);
    CHECK(writer->sub == "42");
    CHECK((*writer)->role == "admin");
    CHECK(writer.value().header().alg == "HS256");
    CHECK(writer.value().scopes().size() == 4);
    CHECK(Writer::from(bearer_of("orders:read")).error() == Error{Errc::insufficient_scope, "scope"});
    CHECK(Writer::from(bearer_of("orders:read")).error().reason ==
          "it does not grant all scopes that the Granted names");
    CHECK(Writer::required() == "orders:read orders:write");
}

TEST_CASE("Granted converts to Verified") {
    const auto reader = Reader::from(bearer_of("orders:read")).value();
    CHECK(subject_of(reader) == "42");
    CHECK(require_scope(reader, "orders:read"));
    CHECK(Writer::from(reader).error().code == Errc::insufficient_scope);
    const Verified<AccountClaims> copy = reader;
    CHECK(copy->sub == "42");
    CHECK(credence::identity_of(reader).subject == "42");
}

TEST_CASE("no proof without the scope can be put into a Granted by way of a Verified&") {
    CHECK_FALSE(std::is_convertible_v<Reader&, Verified<AccountClaims>&>);
    CHECK_FALSE(std::is_assignable_v<Reader&, Verified<AccountClaims>>);
    CHECK_FALSE(std::is_base_of_v<Verified<AccountClaims>, Reader>);
}

TEST_CASE("a Granted cannot be made by hand") {
    CHECK_FALSE(std::is_default_constructible_v<Reader>);
    CHECK_FALSE(std::is_constructible_v<Reader, AccountClaims>);
    CHECK_FALSE(std::is_constructible_v<Reader, Verified<AccountClaims>>);
    CHECK_FALSE(std::is_constructible_v<Writer, Reader>);
    CHECK_FALSE(std::is_constructible_v<Reader, Writer>);
    CHECK_FALSE(std::is_convertible_v<Verified<AccountClaims>, Reader>);
    CHECK(std::is_copy_constructible_v<Reader>);
}

TEST_CASE("a moved-from Granted is still valid") {
    auto first = Reader::from(bearer_of("orders:read")).value();
    const auto second = std::move(first);
    CHECK(first->sub == "42");
    CHECK(second->sub == "42");
    CHECK(first.scopes() == second.scopes());
}
