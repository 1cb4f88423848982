// SPDX-License-Identifier: MIT
// Decodes the tokens that the RFCs print. RFC 7515 A.1, RFC 7519 §3.1 and §6.1, RFC 7520 §4.4
#include <credence/jwt/decode.hpp>
#include <credence/unverified.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/rfc_vectors.hpp"

using credence::Errc;

namespace {

constexpr std::string_view rfc7519_claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

struct RootClaims {
    bool is_root;
    static constexpr credence::ClaimName claim_names[] = {{"is_root", "http://example.com/is_root"}};
};

std::string token_of(const support::RfcVector& vector) {
    return std::string{vector.signing_input} + '.' + std::string{vector.signature};
}

credence::Clock clock_at(std::int64_t seconds) {
    return [seconds] { return credence::NumericDate{std::chrono::seconds{seconds}}; };
}

}  // namespace

TEST_CASE("the token of RFC 7515 A.1 and RFC 7519 §3.1 is accepted until its exp", "[rfc7519]") {
    using Claims = credence::Claims<RootClaims>;
    const auto keys = credence::Keys<credence::HS256>::from_jwk(support::rfc7515_a1.jwk).value();
    const auto token = token_of(support::rfc7515_a1);
    CHECK(token == "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + std::string{rfc7519_claims} +
                       ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    const auto who = credence::decode<Claims>(token, keys, {.issuer = "joe", .clock = clock_at(1300819379)});
    REQUIRE(who);
    CHECK(who->iss == "joe");
    CHECK(who->is_root);
    CHECK(who->exp == credence::NumericDate{std::chrono::seconds{1300819380}});
    CHECK((*who).header() == credence::Header{"HS256", "", "JWT"});
    const auto late = credence::decode<Claims>(token, keys, {.issuer = "joe", .clock = clock_at(1300819380)});
    CHECK(late.error().code == Errc::token_expired);
}

TEST_CASE("the unsecured token of RFC 7519 §6.1 is refused", "[rfc7519]") {
    const auto keys = credence::Keys<credence::HS256>::from_jwk(support::rfc7515_a1.jwk).value();
    const std::string token = "eyJhbGciOiJub25lIn0." + std::string{rfc7519_claims} + ".";
    const auto who = credence::decode<credence::RegisteredClaims>(token, keys, {.clock = clock_at(1300819379)});
    CHECK(who.error() == credence::Error{Errc::unsupported_algorithm});
    CHECK(credence::unverified::header(token)->alg == "none");
}

TEST_CASE("the nested and encrypted tokens of RFC 7519 A are refused", "[rfc7519]") {
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const std::string encrypted =
        "eyJhbGciOiJSU0ExXzUiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
        "QR1Owv2ug2WyPBnbQrRARTeEk9kDO2w8qDcjiHnSJflSdv1iNqhWXaKH4M."
        "AxY8DCtDaGlsbGljb3RoZQ.MKOle7UQrG6nSxTLX6Mqwt0orbHvAKeWnDYvpIAeZ72deHxz3roJDXQyhxx0wKaM.fiK51VwhsxJ-siBMR-"
        "YFiA";
    CHECK(credence::decode<nlohmann::json>(encrypted, keys).error().code == Errc::malformed_token);
}

TEST_CASE("the signature of RFC 7520 §4.4 is valid, and its payload is not a claims set", "[rfc7520]") {
    const auto keys = credence::Keys<credence::HS256>::from_jwk(support::rfc7520_4_4.jwk).value();
    std::string token = token_of(support::rfc7520_4_4);
    CHECK(credence::unverified::header(token)->kid == "018c0ae5-4d9b-471b-bfd6-eef314bc7037");
    CHECK(credence::decode<nlohmann::json>(token, keys).error().code == Errc::invalid_json);
    token[token.size() - 2] = token[token.size() - 2] == 'A' ? 'B' : 'A';
    CHECK(credence::decode<nlohmann::json>(token, keys).error().code == Errc::invalid_signature);
}
