// SPDX-License-Identifier: MIT
// The proof type: only the library can make one, and a proof never has moved-from claims.
#include <credence/jwt/granted.hpp>
#include <credence/jwt/verified.hpp>

#include <any>
#include <concepts>
#include <cstddef>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "support/accounts.hpp"
#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::Verified;
using support::AccountClaims;
using Proof = Verified<AccountClaims>;
using Reader = credence::Granted<AccountClaims, "orders:read">;

namespace {

struct Plain {
    std::string sub;
};

Proof some_proof() {
    return credence::decode<AccountClaims>(support::account_token(), support::account_keys()).value();
}

/// The attributes of a request, in the form of most stacks.
using Attributes = std::map<std::string, std::any>;

template <class Claims>
concept HasRegistered = requires(const Verified<Claims>& who) { who.registered(); };

}  // namespace

TEST_CASE("a proof can only be made from a proof") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<Proof>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, AccountClaims>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, const AccountClaims&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, credence::Header, AccountClaims>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, std::string>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, Verified<Plain>>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<AccountClaims, Proof>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<Proof&, AccountClaims>);
    STATIC_REQUIRE_FALSE(std::is_aggregate_v<Proof>);
    STATIC_REQUIRE(std::is_copy_constructible_v<Proof>);
    STATIC_REQUIRE(std::is_copy_assignable_v<Proof>);
}

TEST_CASE("the claims of a proof cannot be changed") {
    STATIC_REQUIRE(std::same_as<decltype(*std::declval<Proof&>()), const AccountClaims&>);
    STATIC_REQUIRE(std::same_as<decltype(std::declval<Proof&>().operator->()), const AccountClaims*>);
    STATIC_REQUIRE(std::same_as<decltype(std::declval<Proof&>().claims()), const AccountClaims&>);
    STATIC_REQUIRE(std::same_as<decltype(*std::declval<Proof>()), const AccountClaims&>);
}

TEST_CASE("a moved-from proof is still the same proof") {
    Proof first = some_proof();
    const Proof second = std::move(first);
    CHECK(first->sub == "42");
    CHECK(second->sub == "42");
    Proof third = second;
    third = std::move(first);
    CHECK(first->role == "admin");
    CHECK(first.header().alg == "HS256");
}

TEST_CASE("a failed assignment leaves a proof unchanged: header, scopes and claims") {
    const std::string long_name(100, 'n');
    const auto proof_of = [&](const std::string& sub, const std::string& scope) {
        const std::string payload =
            R"({"exp":4102444800,"role":")" + long_name + R"(","sub":")" + sub + R"(","scope":")" + scope + R"("})";
        return credence::decode<AccountClaims>(support::signed_payload(payload), support::account_keys()).value();
    };
    const Proof admin = proof_of("admin" + long_name, "everything:" + long_name + " b c");
    const Proof reader = proof_of("reader" + long_name, "read:" + long_name);
    int mixed = 0, assigned = 0;
    for (std::size_t number = 1; number < 20 && assigned == 0; ++number) {
        Proof who = reader;
        try {
            const support::FailingAllocation failing{number};
            who = admin;
            ++assigned;
        } catch (const std::bad_alloc&) {
            mixed += who->sub != reader->sub || who.scopes() != reader.scopes() || who->role != reader->role;
        }
    }
    CHECK(assigned == 1);
    CHECK(mixed == 0);
}

TEST_CASE("an assigned proof equals the other proof, also after self-assignment") {
    Proof who = some_proof();
    const Proof& same = who;
    who = same;
    CHECK(who->sub == "42");
    const Proof copy = who;
    who = copy;
    CHECK(who->sub == "42");
    CHECK(copy->sub == "42");
}

TEST_CASE("a proof gives claims, header and registered claims") {
    const Proof who = some_proof();
    CHECK(who->role == "admin");
    CHECK((*who).sub == "42");
    CHECK(who.claims().sub == "42");
    CHECK(who.registered().sub == "42");
    CHECK(&who.registered() == &*who);
    CHECK(who.header() == credence::Header{"HS256", "", "JWT"});
}

TEST_CASE("registered claims exist only for a claims type that has them") {
    STATIC_REQUIRE(HasRegistered<AccountClaims>);
    STATIC_REQUIRE(HasRegistered<credence::RegisteredClaims>);
    STATIC_REQUIRE_FALSE(HasRegistered<Plain>);
}

// The constructor that refuses everything but a proof takes any arguments, and must not be considered for a std::any.
TEST_CASE("a proof can be kept in a std::any, as in the attributes of a request") {
    const Proof who = some_proof();
    Attributes attributes;
    attributes["copied"] = who;
    attributes.emplace("in place", std::any{std::in_place_type<Proof>, who});
    attributes.insert({"made", std::make_any<Proof>(who)});
    attributes.insert_or_assign("moved", some_proof());
    const Attributes copies = attributes;
    for (const auto& [name, kept] : copies) {
        INFO(name);
        CHECK(std::any_cast<Proof>(kept)->sub == "42");
        CHECK(std::any_cast<const Proof&>(kept).header().alg == "HS256");
        REQUIRE(std::any_cast<Proof>(&kept) != nullptr);
        CHECK((*std::any_cast<Proof>(&kept))->role == "admin");
        CHECK(std::any_cast<Verified<Plain>>(&kept) == nullptr);
        CHECK(std::any_cast<AccountClaims>(&kept) == nullptr);
    }
    CHECK_THROWS_AS(std::any_cast<Verified<Plain>>(copies.at("made")), std::bad_any_cast);
    CHECK(std::any_cast<Proof>(std::any{some_proof()})->sub == "42");
}

TEST_CASE("no proof can be made from a std::any that may hold another type") {
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, std::any>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Proof, std::any&>);
    STATIC_REQUIRE_FALSE(std::is_assignable_v<Proof&, std::any>);
    STATIC_REQUIRE(std::is_constructible_v<std::any, Proof>);
    STATIC_REQUIRE(std::is_constructible_v<std::any, const Proof&>);
    STATIC_REQUIRE(std::is_constructible_v<std::any, Reader>);
}

TEST_CASE("a proof can be kept in other type-erased containers, with scopes too") {
    const auto who =
        credence::decode<AccountClaims>(support::account_token("7", "orders:read"), support::account_keys());
    const std::any granted = Reader::from(*who).value();
    CHECK(std::any_cast<const Reader&>(granted)->sub == "7");
    CHECK(std::any_cast<Proof>(&granted) == nullptr);
    const std::optional<std::any> optional = std::any{*who};
    CHECK(std::any_cast<Proof>(*optional)->sub == "7");
    const std::shared_ptr<const void> untyped = std::make_shared<const Proof>(*who);
    CHECK((*std::static_pointer_cast<const Proof>(untyped))->sub == "7");
    const std::variant<std::monostate, Proof, std::any> either = *who;
    CHECK(std::get<Proof>(either)->sub == "7");
    const std::pair<std::string, std::any> named{"who", *who};
    CHECK(std::any_cast<Proof>(named.second)->sub == "7");
}
