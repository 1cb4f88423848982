// SPDX-License-Identifier: MIT
// From a text to a prepared key, for one algorithm: every import function, and the key id of a JWK.
#include <credence/keys/detail/key_import.hpp>

#include <string>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

TEST_CASE("a public key is made from PEM, DER and an OpenSSL key", "[key_import]") {
    CHECK(public_from_pem(files::p256_public, detail::scheme_of<ES256>));
    const auto blocks = read_pem_blocks(files::p256_public);
    CHECK(public_from_der(blocks->front().der.view(), detail::scheme_of<ES256>));
    const auto pair = private_from_pem(files::p256_private, {}, detail::scheme_of<ES256>);
    REQUIRE(pair);
    CHECK(private_from_native((*pair)->native(), detail::scheme_of<ES256>));
    CHECK(public_from_native((*pair)->native(), detail::scheme_of<ES256>).error().code == Errc::invalid_key);
    CHECK(public_from_native(nullptr, detail::scheme_of<ES256>).error().code == Errc::invalid_key);
    CHECK(private_from_pem(files::p256_public, {}, detail::scheme_of<ES256>).error().code == Errc::invalid_key);
    CHECK(public_from_pem(files::p256_public, detail::scheme_of<ES384>).error().reason == another_curve);
}

TEST_CASE("a secret must be as long as the hash, unless a short one is allowed", "[key_import]") {
    CHECK(hmac_from_secret(Hash::sha256, std::string(32, 's'), false));
    CHECK(hmac_from_secret(Hash::sha256, std::string(31, 's'), false).error().code == Errc::key_too_short);
    CHECK(hmac_from_secret(Hash::sha256, std::string(31, 's'), true));
    CHECK(generate_hmac(Hash::sha512).value()->secret().size() == 64);
}

TEST_CASE("a JWK gives its key id and its permitted use", "[key_import]") {
    const std::string public_jwk =
        R"({"kty":"EC","crv":"P-256","kid":"k1","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
    const auto key = decoding_from_jwk<ES256>(public_jwk + "}");
    REQUIRE(key);
    CHECK(key->kid == "k1");
    CHECK(decoding_from_jwk<ES256>(public_jwk + R"(,"use":"enc"})").error().code == Errc::invalid_key);
    CHECK(decoding_from_jwk<ES256>(public_jwk + R"(,"key_ops":["sign"]})").error().code == Errc::invalid_key);
    CHECK(encoding_from_jwk<ES256>(public_jwk + "}", false).error().code == Errc::invalid_key);
    CHECK(encoding_from_jwk<ES256>(support::rfc7515_a3.jwk, true));
    CHECK(decoding_from_jwk<ES256>("no JSON").error().code == Errc::invalid_key);
}
