// SPDX-License-Identifier: MIT
// The header of a proof, with its text.
#include <credence/jwt/verified_header.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::Header;
using credence::detail::encode_base64url;

TEST_CASE("a verified header is a header, and has its text") {
    const credence::VerifiedHeader header{{"HS256", "k", ""}, encode_base64url(R"({"alg":"HS256", "kid":"k"})")};
    CHECK(header == Header{"HS256", "k", ""});
    CHECK(header.json() == R"({"alg":"HS256", "kid":"k"})");
}

TEST_CASE("a proof has the whole signed header, also from the header cache and the token cache") {
    const auto& keys = support::account_keys();
    const credence::Validation<nlohmann::json> rules{.clock = support::noon_clock};
    const auto verifier = credence::verifier_for<nlohmann::json>(keys, rules);
    const auto caching = credence::verifier_for<nlohmann::json>(keys, rules, {.cache = {.max_tokens = 8}});
    for (const std::string_view json :
         {R"({"alg":"HS256","typ":"JWT"})", R"({"typ":"JWT","alg":"HS256"})", R"({ "alg":"HS256","typ":"JWT"})",
          R"({"alg":"HS256","kid":"a key id of more than fifteen letters","signer":"arn:x"})"}) {
        INFO(json);
        const auto token = support::signed_texts(json, R"({"exp":1700000001})");
        CHECK((*credence::decode<nlohmann::json>(token, keys, rules)).header().json() == json);
        for (int round = 0; round < 3; ++round) {
            CHECK((*verifier.verify(token)).header().json() == json);
            CHECK((*caching.verify(token)).header().json() == json);
        }
    }
}

TEST_CASE("the text of a padded header has no padding") {
    const std::string json = R"({"alg":"HS256"} )";
    const auto token =
        support::signed_segments(encode_base64url(json) + "==", encode_base64url(R"({"exp":1700000001})"));
    const auto who = credence::decode<nlohmann::json>(token, support::account_keys(),
                                                      {.allow_padding = true, .clock = support::noon_clock});
    REQUIRE(who);
    CHECK((*who).header().json() == json);
}
