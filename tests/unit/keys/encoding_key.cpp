// SPDX-License-Identifier: MIT
// The half that signs: it holds a private key, and gives the half that verifies.
#include <credence/keys/encoding_key.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

using namespace credence;
namespace files = support::key_files;
using support::keys_of;
using support::sign;
using support::verifies;

TEST_CASE("a public key cannot sign", "[encoding_key]") {
    CHECK(EncodingKey<RS256>::from_pem(files::rsa_public).error().code == Errc::invalid_key);
    CHECK(EncodingKey<ES256>::from_pem(files::p256_public).error().code == Errc::invalid_key);
    CHECK(EncodingKey<RS256>::from_pem(files::rsa_private));
}

TEST_CASE("an encoding key gives its verifying half, with the key id", "[encoding_key]") {
    const auto key = keys_of<ES256>().encoding.with_kid("k1");
    CHECK(key.decoding().kid() == "k1");
    CHECK(verifies(key.decoding(), "input", sign(key, "input")));
    CHECK(keys_of<ES256>().encoding.kid().empty());
}

TEST_CASE("a new RSA key has 2048 bits, a new EdDSA key is on Ed25519", "[keys]") {
    CHECK(EVP_PKEY_get_bits(detail::KeyAccess::prepared(keys_of<PS512>().encoding).native()) == 2048);
    CHECK(EVP_PKEY_is_a(detail::KeyAccess::prepared(keys_of<EdDSA>().encoding).native(), "ED25519") == 1);
}
