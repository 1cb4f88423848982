// SPDX-License-Identifier: MIT
// Texts that were given to the function for another format are told what they are.
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/other_format.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

using namespace credence;
namespace files = support::key_files;

namespace {

std::string der_of(std::string_view pem) {
    return std::string{detail::as_text(detail::read_pem_blocks(pem)->back().der.view())};
}

constexpr std::string_view bare_base64 =
    "base64 of a DER key without PEM's BEGIN and END lines; add them, or decode it and use from_der";

}  // namespace

TEST_CASE("every reader names the format that it was given", "[other_format]") {
    const std::string der = der_of(files::rsa_public);
    const std::string base64 = detail::encode_base64url(der);
    const std::string_view jwk = support::rfc7515_a2.jwk;
    CHECK(DecodingKey<RS256>::from_pem(der).error().reason == "DER; use from_der");
    CHECK(DecodingKey<RS256>::from_pem(base64).error().reason == bare_base64);
    CHECK(DecodingKey<RS256>::from_pem(jwk).error().reason == "JSON; use from_jwk, or KeySet::from_jwks for a set");
    CHECK(DecodingKey<RS256>::from_pem("ssh-rsa AAAAB3NzaC1yc2E me").error().reason ==
          "an SSH key; convert it with ssh-keygen -e -m PKCS8");
    CHECK(DecodingKey<RS256>::from_pem("junk").error().reason == "no PEM block");
    CHECK(DecodingKey<RS256>::from_der(files::rsa_public).error().reason == "PEM; use from_pem");
    CHECK(DecodingKey<RS256>::from_der(base64).error().reason == bare_base64);
    CHECK(DecodingKey<RS256>::from_der("junk").error().reason == "no key in DER");
    CHECK(DecodingKey<RS256>::from_jwk(files::rsa_public).error().reason == "PEM; use from_pem");
    CHECK(DecodingKey<RS256>::from_jwk(der).error().reason == "DER; use from_der");
    CHECK(DecodingKey<RS256>::from_jwk("junk").error().reason == "not strict JSON");
    CHECK(DecodingKey<RS256>::from_jwk("{").error().reason == "not strict JSON");
    CHECK(KeySet<RS256>::from_jwks(files::rsa_public).error().reason == "PEM; use from_pem");
    CHECK(KeySet<RS256>::from_jwks(base64).error().reason == bare_base64);
}

TEST_CASE("a PKCS#12 file is told from a key", "[other_format]") {
    // SEQUENCE { INTEGER 3, SEQUENCE { OBJECT IDENTIFIER pkcs7-data }, SEQUENCE {} }
    const std::string file{"\x30\x12\x02\x01\x03\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x30\x00", 20};
    CHECK(detail::other_format(file, "") == "a PKCS#12 file; extract the key with openssl pkcs12");
    CHECK(detail::is_key_document(detail::as_bytes(file)));
    std::string other = file;
    other[4] = 2;
    CHECK(detail::other_format(other, "").empty());
    CHECK_FALSE(detail::is_pkcs12(detail::as_bytes(file + "x")));
}
