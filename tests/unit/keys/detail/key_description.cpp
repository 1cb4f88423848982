// SPDX-License-Identifier: MIT
// The descriptions of key files: of good ones, and of other files that people use by mistake.
#include <credence/keys/key_export.hpp>
#include <credence/keys/detail/key_description.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"

using namespace credence;
namespace files = support::key_files;
using detail::describe_key_text;

namespace {

std::string der_of(std::string_view pem) {
    return std::string{detail::as_text(detail::read_pem_blocks(pem)->back().der.view())};
}

}  // namespace

TEST_CASE("keys are described by half, type and size", "[description]") {
    CHECK(describe_key_text(files::rsa_public) == "an RSA 2048-bit public key in PEM");
    CHECK(describe_key_text(files::rsa_1024_public) == "an RSA 1024-bit public key in PEM");
    CHECK(describe_key_text(files::rsa_private_pkcs1) == "an RSA 2048-bit private key in PEM");
    CHECK(describe_key_text(files::pss_sha256_public) == "an RSA-PSS 2048-bit public key in PEM");
    CHECK(describe_key_text(files::rsa_certificate) == "a certificate for an RSA 2048-bit key in PEM");
    CHECK(describe_key_text(files::p256_private_with_parameters) == "an EC P-256 private key in PEM");
    CHECK(describe_key_text(files::secp256k1_public) == "an EC secp256k1 public key in PEM");
    CHECK(describe_key_text(files::ed25519_private) == "an Ed25519 private key in PEM");
    CHECK(describe_key_text(files::ed448_public) == "an Ed448 public key in PEM");
    CHECK(describe_key_text(files::x25519_public) == "an X25519 public key in PEM");
    CHECK(describe_key_text(files::dsa_public) == "a DSA public key in PEM");
    CHECK(describe_key_text(der_of(files::p384_public)) == "an EC P-384 public key in DER");
    CHECK(describe_key_text(der_of(files::rsa_certificate)) == "a certificate for an RSA 2048-bit key in DER");
}

TEST_CASE("an encrypted key, and a text that is not a key, are described as such", "[description]") {
    CHECK(describe_key_text(files::rsa_private_encrypted) == "an encrypted PKCS#8 private key in PEM");
    CHECK(describe_key_text(files::rsa_private_pkcs1_encrypted) == "an encrypted private key in PEM");
    CHECK(describe_key_text(files::rsa_request) == "a certificate request in PEM");
    CHECK(describe_key_text(der_of(files::rsa_request)) == "a certificate request in DER");
    CHECK(describe_key_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC4p me@example") == "an SSH key");
    CHECK(describe_key_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n") ==
          "a PEM block labelled OPENSSH PRIVATE KEY");
}

TEST_CASE("two keys in one file are counted", "[description]") {
    const std::string certificate{files::rsa_certificate};
    CHECK(describe_key_text(certificate + std::string{files::rsa_private}) ==
          "two PEM blocks (CERTIFICATE, PRIVATE KEY)");
    CHECK(describe_key_text(certificate + certificate + certificate) == "3 PEM blocks");
}

TEST_CASE("a damaged key is distinguished from a text without a key", "[description]") {
    const std::string text{files::rsa_public};
    CHECK(describe_key_text(text.substr(0, 300)) == "a damaged PEM block labelled PUBLIC KEY");
    CHECK(describe_key_text(text + "more") == "an RSA 2048-bit public key in PEM");
    std::string lie{files::p256_public};
    for (std::size_t at = lie.find("PUBLIC"); at != std::string::npos; at = lie.find("PUBLIC", at + 10)) {
        lie.insert(at, "RSA ");
    }
    CHECK(describe_key_text(lie) == "a PEM block labelled RSA PUBLIC KEY that holds an EC P-256 public key");
    CHECK(describe_key_text("") == "nothing");
    CHECK(describe_key_text(" \n") == "nothing");
    CHECK(describe_key_text("my secret") == "not a key in any form");
    CHECK(describe_key_text(std::string{"\x00\x01\xfe\xff", 4}) == "not a key in any form");
    CHECK(describe_key_text(std::string(2 << 20, 'x')) == "more than 1 MiB");
}

TEST_CASE("JWKs are described by type and half", "[description]") {
    CHECK(describe_key_text(support::rfc7515_a1.jwk) == "a JWK of a shared secret");
    CHECK(describe_key_text(support::rfc7515_a2.jwk) == "a JWK of an RSA private key");
    CHECK(describe_key_text(support::rfc7638_jwk) == "a JWK of an RSA public key");
    CHECK(describe_key_text(support::rfc7515_a3.jwk) == "a JWK of an EC P-256 private key");
    CHECK(describe_key_text(support::rfc8037_a4.jwk) == "a JWK of an OKP Ed25519 private key");
    CHECK(describe_key_text(R"({"kty":"EC","crv":"evil\u001b[31m"})") == "a JWK of an EC (another curve) public key");
    CHECK(describe_key_text(to_jwks(support::keys_of<ES256>(), support::keys_of<EdDSA>()).value()) ==
          "a JWK Set of 2 keys");
    CHECK(describe_key_text('[' + std::string{support::rfc7515_a3.jwk} + ']') ==
          R"(a JSON array of JWKs, without {"keys": …} around it)");
    CHECK(describe_key_text(detail::encode_base64url(der_of(files::p384_public))) ==
          "an EC P-384 public key in bare base64, without PEM's BEGIN and END lines");
    CHECK(describe_key_text(R"({"a":1})") == "JSON that is not a JWK");
    CHECK(describe_key_text(R"("{\"keys\":[]}")") == "JSON inside a JSON string, encoded twice");
    CHECK(describe_key_text(R"({"kty":)") == "something like JSON, but damaged");
}

TEST_CASE("a description has no control character, whatever a label says", "[description]") {
    const std::string text = "-----BEGIN \x1b[31mEVIL\x07 KEY-----\nAAAA\n-----END \x1b[31mEVIL\x07 KEY-----\n";
    CHECK(describe_key_text(text) == "a damaged PEM block labelled 31EVIL KEY");
}

TEST_CASE("the key that an algorithm needs is described in the same words", "[description]") {
    using detail::describe_expected_key;
    using detail::KeyHalf;
    CHECK(describe_expected_key(detail::scheme_of<HS384>, KeyHalf::public_half) == "a secret of at least 48 bytes");
    CHECK(describe_expected_key(detail::scheme_of<RS256>, KeyHalf::public_half) ==
          "an RSA public key of 2048 bits or more");
    CHECK(describe_expected_key(detail::scheme_of<ES512>, KeyHalf::private_half) == "an EC P-521 private key");
    CHECK(describe_expected_key(detail::scheme_of<EdDSA>, KeyHalf::public_half) == "an Ed25519 or Ed448 public key");
    CHECK(describe_expected_key(detail::scheme_of<Ed448>, KeyHalf::private_half) == "an Ed448 private key");
}

TEST_CASE("describing a key does not change the error queue", "[description][error-queue]") {
    support::check_error_queue_around([] { static_cast<void>(describe_key_text(files::rsa_certificate)); });
    support::check_error_queue_around([] { static_cast<void>(describe_key_text(files::rsa_public.substr(0, 300))); });
    support::check_error_queue_around([] { static_cast<void>(describe_key_text("0\x03\x02\x01\x01")); });
}
