// SPDX-License-Identifier: MIT
// Keys as JWK and PEM: sorted members, numbers in full length, thumbprints, and files that can be read again.
#include <credence/keys/detail/key_writer.hpp>
#include <credence/keys/detail/pem_key.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

namespace {

KeyHandle pair_of(std::string_view pem) { return *read_pem(pem, KeyHalf::private_half, {}); }

std::string jwk_of(std::string_view pem, KeyHalf half) {
    JwkFields jwk;
    REQUIRE(put_key(jwk, pair_of(pem).get(), half));
    return jwk.text().value();
}

}  // namespace

TEST_CASE("members are sorted by name", "[key_writer]") {
    JwkFields jwk;
    jwk.put("kty", "oct");
    jwk.put("k", "AA");
    jwk.put("alg", "HS256");
    CHECK(jwk.text().value() == R"({"alg":"HS256","k":"AA","kty":"oct"})");
    jwk.put("kid", "\xff");
    CHECK(jwk.text().error().code == Errc::invalid_json);
}

TEST_CASE("only the half that is asked for is written", "[key_writer]") {
    for (const std::string_view pem : {files::rsa_private, files::p256_private, files::ed448_private}) {
        CHECK(jwk_of(pem, KeyHalf::public_half).find("\"d\":") == std::string::npos);
        CHECK(jwk_of(pem, KeyHalf::private_half).find("\"d\":") != std::string::npos);
    }
    CHECK(jwk_of(files::rsa_private, KeyHalf::private_half).find("\"qi\":") != std::string::npos);
}

TEST_CASE("the thumbprint is that of RFC 7638 §3.1", "[key_writer]") {
    JwkFields jwk;
    jwk.put("kty", "RSA");
    jwk.put("e", "AQAB");
    jwk.put("n",
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4"
            "n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0"
            "zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c"
            "sFCur-kEgU8awapJzKnqDKgw");
    CHECK(thumbprint_of(jwk).value() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST_CASE("written PEM can be read again", "[key_writer]") {
    const KeyHandle pair = pair_of(files::p256_private);
    const auto again = read_pem(private_pem(pair.get()).value(), KeyHalf::private_half, {});
    REQUIRE(again);
    CHECK(EVP_PKEY_eq(again->get(), pair.get()) == 1);
    const auto half = read_pem(public_pem(pair.get()).value(), KeyHalf::public_half, {});
    REQUIRE(half);
    CHECK(EVP_PKEY_eq(half->get(), pair.get()) == 1);
    CHECK(encrypted_pem(pair.get(), "").error().code == Errc::invalid_key);
}
