// SPDX-License-Identifier: MIT
// The closed lists of algorithms for encrypted tokens, and their names.
#include <credence/jwe/encryption_algorithm.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence;

TEST_CASE("the name of a content algorithm is compared byte for byte", "[jwe]") {
    for (const ContentAlgorithm content : all_content_algorithms)
        CHECK(content_algorithm(to_string(content)) == content);
    CHECK(content_algorithm("A128CBC-HS256") == A128CBC_HS256);
    for (const std::string_view name : {"", "a128gcm", "A128GCM ", "A128CBC_HS256", "A128CBC+HS256", "none", "dir"}) {
        CHECK_FALSE(content_algorithm(name));
    }
}

TEST_CASE("a list of content algorithms has the given ones", "[jwe]") {
    constexpr ContentAlgorithms two{A256GCM, A128CBC_HS256};
    STATIC_REQUIRE(two.has(A256GCM));
    STATIC_REQUIRE_FALSE(two.has(A128GCM));
    constexpr ContentAlgorithms one = A192GCM;
    STATIC_REQUIRE(one.has(A192GCM));
    for (const ContentAlgorithm content : all_content_algorithms) {
        CHECK(ContentAlgorithms::all().has(content));
        CHECK_FALSE(ContentAlgorithms{}.has(content));
    }
}

TEST_CASE("attack row 28: unsafe key management and signature algorithms are unknown names",
          "[jwe][attack-28][attack-30]") {
    CHECK(is_known_key_management("dir"));
    CHECK(is_known_key_management("ECDH-ES+A256KW"));
    for (const std::string_view name : {"RSA1_5", "PBES2-HS256+A128KW", "PBES2-HS512+A256KW", "none", "HS256", "RS256",
                                        "DIR", "RSA-OAEP-384", "ECDH-ES ", "A256GCM", ""}) {
        CHECK_FALSE(is_known_key_management(name));
    }
    STATIC_REQUIRE_FALSE(KeyManagementAlgorithm<HS256>);
    STATIC_REQUIRE_FALSE(Algorithm<dir>);
    STATIC_REQUIRE(SharedKeyManagement<A128GCMKW>);
    STATIC_REQUIRE(PublicKeyManagement<ECDH_ES_A128KW>);
}

TEST_CASE("key agreement is what ECDH-ES does, and no other algorithm", "[jwe]") {
    STATIC_REQUIRE(KeyAgreementAlgorithm<ECDH_ES> && KeyAgreementAlgorithm<ECDH_ES_A256KW>);
    STATIC_REQUIRE_FALSE(KeyAgreementAlgorithm<RSA_OAEP> || KeyAgreementAlgorithm<dir> ||
                         KeyAgreementAlgorithm<A256KW>);
    STATIC_REQUIRE_FALSE(KeyAgreementAlgorithm<ES256> || KeyAgreementAlgorithm<int>);
}
