// SPDX-License-Identifier: MIT
// Keys of every format as one type, before an algorithm is chosen, and one parsed key for several algorithms.
#include <credence/keys/algorithm.hpp>
#include <credence/keys/detail/key_import.hpp>
#include <credence/keys/detail/parsed_key.hpp>

#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

namespace {

Result<ParsedKey> parse_jwk_text(std::string_view text) {
    JwkDocument document;
    REQUIRE(document.read(text));
    return parse_jwk(*document);
}

}  // namespace

TEST_CASE("PEM, DER and JWK give the same parsed key", "[parsed_key]") {
    const auto from_pem = parse_pem(files::p256_private, KeyHalf::private_half, {});
    REQUIRE(from_pem);
    CHECK(from_pem->is_private);
    const auto blocks = read_pem_blocks(files::p256_private);
    const auto from_der = parse_der(blocks->front().der.view(), KeyHalf::private_half, {});
    REQUIRE(from_der);
    CHECK(EVP_PKEY_eq(from_pem->key.get(), from_der->key.get()) == 1);
    const auto from_jwk = parse_jwk_text(support::rfc7515_a3.jwk);
    REQUIRE(from_jwk);
    CHECK(from_jwk->is_private);
    CHECK(from_jwk->key);
    const auto secret = parse_jwk_text(support::rfc7515_a1.jwk);
    REQUIRE(secret);
    CHECK_FALSE(secret->key);
    CHECK(secret->secret.size() == 64);
}

TEST_CASE("one parsed key is prepared for several algorithms", "[parsed_key]") {
    const auto key = parse_pem(files::rsa_public, KeyHalf::public_half, {});
    REQUIRE(key);
    CHECK(prepare_to_verify<RS256>(*key));
    CHECK(prepare_to_verify<PS512>(*key));
    CHECK(prepare_to_verify<ES256>(*key).error().reason == another_key_type);
    CHECK(prepare_to_verify<HS256>(*key).error().reason == another_key_type);
    CHECK(prepare_to_sign<RS256>(*key).error().reason == "expected a private key, found a public one");
}

TEST_CASE("a secret is not accepted as a key pair, nor a key pair as a secret", "[parsed_key]") {
    const auto secret = parse_jwk_text(support::rfc7515_a1.jwk);
    CHECK(prepare_to_verify<HS256>(*secret));
    CHECK(prepare_to_sign<HS512>(*secret));
    CHECK(prepare_to_verify<RS256>(*secret).error().reason == another_key_type);
    CHECK(prepare_to_sign<EdDSA>(*secret).error().reason == another_key_type);
    const auto pair = parse_jwk_text(support::rfc8037_a4.jwk);
    CHECK(prepare_to_sign<EdDSA>(*pair));
    CHECK(prepare_to_verify<EdDSA>(*pair).error().reason == "expected a public key, found a private one");
}

TEST_CASE("a JWK of an unknown type has the wrong type for every algorithm", "[parsed_key]") {
    CHECK(parse_jwk_text(R"({"kty":"new"})").error().reason == another_key_type);
    CHECK(parse_jwk_text(R"({"n":"AQAB"})").error().reason == "it has no kty");
    CHECK(parse_jwk_text(R"({"kty":"OKP","crv":"X22519","x":"AA"})").error().reason == "a curve that is not supported");
}
