// SPDX-License-Identifier: MIT
// TokenVerifier: which types satisfy it, and which do not.
#include <credence/http/bearer.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verifier.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::TokenVerifier;

namespace {

using Verifier = std::remove_cvref_t<decltype(support::account_verifier())>;

/// A user's own class, which counts its calls and leaves the verification to the library.
class Counting {
public:
    using claims_type = Verifier::claims_type;
    explicit Counting(Verifier verifier) : verifier_(std::move(verifier)) {}
    [[nodiscard]] credence::Result<credence::Verified<claims_type>> verify(std::string_view text) const {
        ++*count_;
        return verifier_.verify(text);
    }
    [[nodiscard]] int count() const { return *count_; }

private:
    Verifier verifier_;
    std::shared_ptr<int> count_ = std::make_shared<int>(0);
};

struct WithoutClaimsType {
    [[nodiscard]] credence::Result<credence::Verified<Verifier::claims_type>> verify(std::string_view) const;
};
struct ReturnsPlainClaims {
    using claims_type = Verifier::claims_type;
    [[nodiscard]] credence::Result<claims_type> verify(std::string_view) const;
};

}  // namespace

TEST_CASE("a verifier, several of them and a user's own satisfy TokenVerifier") {
    STATIC_REQUIRE(TokenVerifier<Verifier>);
    STATIC_REQUIRE(TokenVerifier<credence::Verifiers<Verifier, Verifier>>);
    STATIC_REQUIRE(TokenVerifier<Counting>);
    STATIC_REQUIRE_FALSE(TokenVerifier<WithoutClaimsType>);
    STATIC_REQUIRE_FALSE(TokenVerifier<ReturnsPlainClaims>);
}

TEST_CASE("require_bearer calls a user's own verifier") {
    const Counting counting{support::account_verifier()};
    CHECK(credence::require_bearer("Bearer " + support::account_token("42"), counting));
    CHECK_FALSE(credence::require_bearer("Bearer x.y.z", counting));
    CHECK(counting.count() == 2);
}

TEST_CASE("ClaimsOf is the claims type of a verifier, and well-formed for any type") {
    STATIC_REQUIRE(std::is_same_v<credence::ClaimsOf<Counting>, Verifier::claims_type>);
    STATIC_REQUIRE(std::is_same_v<credence::ClaimsOf<ReturnsPlainClaims>, Verifier::claims_type>);
    STATIC_REQUIRE(std::is_empty_v<credence::ClaimsOf<WithoutClaimsType>>);
    STATIC_REQUIRE(std::is_empty_v<credence::ClaimsOf<int>>);
}
