// SPDX-License-Identifier: MIT
// The halves of keys, and the members of their JWKs. Exports as users call them are in ../key_export.cpp.
#include <credence/keys/detail/exported_key.hpp>

#include <string>
#include <type_traits>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

TEST_CASE("each kind of key gives its halves", "[exported_key]") {
    const auto keys = Keys<ES256>::generate().value().with_kid("k");
    STATIC_REQUIRE(std::is_same_v<decltype(decoding_half(keys)), DecodingKey<ES256>>);
    STATIC_REQUIRE(std::is_same_v<decltype(encoding_half(keys)), EncodingKey<ES256>>);
    CHECK(decoding_half(keys).kid() == "k");
    CHECK(decoding_half(keys.encoding).kid() == "k");
    CHECK(decoding_half(keys.decoding).kid() == "k");
    CHECK(encoding_half(keys.encoding).kid() == "k");
}

TEST_CASE("a JWK has the members of its half, sorted by name", "[exported_key]") {
    const auto keys = Keys<EdDSA>::generate().value();
    const std::string public_text = public_jwk(keys)->text().value();
    CHECK(public_text.starts_with(R"({"alg":"EdDSA","crv":"Ed25519","kty":"OKP","use":"sig","x":")"));
    CHECK(public_text == public_jwk(keys.decoding)->text().value());
    const auto whole = whole_jwk<EdDSA>(KeyAccess::prepared(keys.encoding), "k", KeyHalf::private_half);
    CHECK(whole->text()->starts_with(R"({"alg":"EdDSA","crv":"Ed25519","d":")"));
    CHECK(whole->text()->find(R"("kid":"k")") != std::string::npos);
}
