// SPDX-License-Identifier: MIT
// Verifies the signatures that the RFCs print, and makes them again if the algorithm is deterministic.
// RFC 7515 A.1 to A.4, RFC 7520 §4.1 to §4.4, RFC 8037 A.4
#include <credence/keys/keys.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"

using namespace credence;
using support::RfcVector;

namespace {

/// Whether signing the same input again must give the same signature.
enum class Repeats : bool { no, yes };

template <Algorithm Alg>
void check(const RfcVector& vector, Repeats repeats) {
    const auto keys = Keys<Alg>::from_jwk(vector.jwk);
    REQUIRE(keys);
    const auto signature = detail::decode_base64url(vector.signature);
    REQUIRE(signature);
    CHECK(support::verifies(keys->decoding, vector.signing_input, *signature));
    const std::string again = support::sign(keys->encoding, vector.signing_input);
    CHECK(again.size() == signature->size());
    CHECK(support::verifies(keys->decoding, vector.signing_input, again));
    if (repeats == Repeats::yes) CHECK(again == *signature);
    std::string other{vector.signing_input};
    other.back() = other.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(support::verifies(keys->decoding, other, *signature));
}

}  // namespace

TEST_CASE("the signatures of RFC 7515 A.1 to A.4 are valid", "[rfc7515]") {
    check<HS256>(support::rfc7515_a1, Repeats::yes);
    check<RS256>(support::rfc7515_a2, Repeats::yes);
    check<ES256>(support::rfc7515_a3, Repeats::no);
    check<ES512>(support::rfc7515_a4, Repeats::no);
}

TEST_CASE("the signatures of RFC 7520 §4.1 to §4.4 are valid, with the keys of §3", "[rfc7520]") {
    check<RS256>(support::rfc7520_4_1, Repeats::yes);
    check<PS384>(support::rfc7520_4_2, Repeats::no);
    check<ES512>(support::rfc7520_4_3, Repeats::no);
    check<HS256>(support::rfc7520_4_4, Repeats::yes);
    CHECK(Keys<HS256>::from_jwk(support::rfc7520_4_4.jwk)->kid() == "018c0ae5-4d9b-471b-bfd6-eef314bc7037");
    CHECK_FALSE(Keys<HS512>::from_jwk(support::rfc7520_4_4.jwk));  // its alg is HS256
}

TEST_CASE("the signature of RFC 8037 A.4 is valid, also under the name of RFC 9864", "[rfc8037]") {
    check<EdDSA>(support::rfc8037_a4, Repeats::yes);
    check<Ed25519>(support::rfc8037_a4, Repeats::yes);
    CHECK_FALSE(Keys<Ed448>::from_jwk(support::rfc8037_a4.jwk));
}
