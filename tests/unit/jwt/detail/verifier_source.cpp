// SPDX-License-Identifier: MIT
// The keys that a verifier keeps, and rules that are bound to their issuer.
#include <credence/claims/registered_claims.hpp>
#include <credence/jwt/detail/verifier_source.hpp>

#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

/// A source of keys that belongs to an issuer.
struct IssuerKeys {
    std::string name;

    static constexpr bool is_static = true;
    [[nodiscard]] static bool accepts(std::string_view) { return false; }
    [[nodiscard]] static Result<const VerificationKey*> find(const KeyQuery&) { return Errc::no_matching_key; }
    [[nodiscard]] std::string_view issuer() const { return name; }
};
static_assert(IssuerKeySource<IssuerKeys>);

}  // namespace

TEST_CASE("of a pair, a verifier keeps the half that verifies; text is no source", "[verifier_source]") {
    STATIC_REQUIRE(std::is_same_v<SourceOf<Keys<ES256>>::type, DecodingKey<ES256>>);
    STATIC_REQUIRE(std::is_same_v<SourceOf<DecodingKey<ES256>>::type, DecodingKey<ES256>>);
    STATIC_REQUIRE(std::is_same_v<SourceOf<std::string>::type, NoSource>);
    STATIC_REQUIRE(std::is_same_v<SourceOf<EncodingKey<ES256>>::type, EncodingKey<ES256>>);
    STATIC_REQUIRE(is_encoding_key<EncodingKey<ES256>>);
    STATIC_REQUIRE_FALSE(is_encoding_key<DecodingKey<ES256>>);
}

TEST_CASE("open rules accept the issuer of the keys, and no other", "[verifier_source]") {
    Validation<RegisteredClaims> rules;
    CHECK_FALSE(bind_to_issuer(IssuerKeys{"https://id.example"}, rules));
    CHECK(rules.issuer.matches("https://id.example"));
    CHECK_FALSE(rules.issuer.matches("https://other.example"));
}

TEST_CASE("rules that name another issuer than the keys accept none", "[verifier_source]") {
    Validation<RegisteredClaims> rules{.issuer = "https://other.example"};
    const auto refused = bind_to_issuer(IssuerKeys{"https://id.example"}, rules);
    REQUIRE(refused);
    CHECK(refused->code == Errc::invalid_issuer);
    CHECK_FALSE(rules.issuer.matches("https://other.example"));
    CHECK_FALSE(rules.issuer.matches("https://id.example"));
}

TEST_CASE("if the keys do not name their issuer, the rules must", "[verifier_source]") {
    Validation<RegisteredClaims> open;
    CHECK(bind_to_issuer(IssuerKeys{""}, open)->reason.starts_with("the keys do not name their issuer"));
    CHECK_FALSE(open.issuer.matches("https://id.example"));
    Validation<RegisteredClaims> named{.issuer = "https://id.example"};
    CHECK_FALSE(bind_to_issuer(IssuerKeys{""}, named));
    CHECK(named.issuer.matches("https://id.example"));
}
