// SPDX-License-Identifier: MIT
// VerifierAccess: the library reads the algorithms of its own verifiers' keys. Users' own verifiers have none.
#include <credence/jwt/verifier.hpp>
#include <credence/keys/keys.hpp>
#include <credence/jwt/detail/verifier_access.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using detail::VerifierAccess;

namespace {

template <class Verifier>
concept HasAlgorithms = requires(const Verifier& verifier) { VerifierAccess::accepts(verifier, "HS256"); };

/// A user's own verifier, with a function of the same name for something else.
struct OwnVerifier {
    [[nodiscard]] static bool accepts(std::string_view) { return false; }
};

}  // namespace

TEST_CASE("a verifier of the library has the algorithms of its keys, and a user's own has none") {
    const auto verifier = verifier_for<RegisteredClaims>(Keys<HS256>::generate().value());
    CHECK(VerifierAccess::accepts(verifier, "HS256"));
    CHECK_FALSE(VerifierAccess::accepts(verifier, "HS384"));
    CHECK_FALSE(VerifierAccess::accepts(verifier, ""));
    CHECK_FALSE(OwnVerifier::accepts("HS256"));
    STATIC_REQUIRE_FALSE(HasAlgorithms<OwnVerifier>);
}
