// SPDX-License-Identifier: MIT
// The error for a text in another format names the format of the text.
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/other_format.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
namespace files = support::key_files;

namespace {

std::string der_of(std::string_view pem) {
    return std::string{detail::as_text(detail::read_pem_blocks(pem)->back().der.view())};
}

constexpr std::string_view bare_base64 =
    "base64 of a DER key without PEM's BEGIN and END lines; add them, or decode it and use from_der";

}  // namespace

TEST_CASE("every reader names the format of a wrong text", "[other_format]") {
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

TEST_CASE("a text that was encoded once more is recognised", "[other_format]") {
    const std::string_view jwk = support::rfc7515_a2.jwk;
    const auto reason_of = [](const std::string& text) {
        return std::string{DecodingKey<RS256>::from_pem(text).error().reason};
    };
    const auto in_string = [](std::string_view text) { return nlohmann::json(text).dump(); };
    constexpr std::string_view twice =
        "JSON inside a JSON string; decode the string, then use from_jwk, or KeySet::from_jwks for a set";
    CHECK(reason_of(in_string(jwk)) == twice);
    CHECK(reason_of("\xef\xbb\xbf " + in_string("\n [" + std::string{jwk} + "]")) == twice);
    CHECK(DecodingKey<RS256>::from_jwk(in_string(jwk)).error().reason == twice);
    CHECK(KeySet<RS256>::from_jwks(in_string(R"({"keys":[]})")).error().reason == twice);
    CHECK(reason_of(detail::encode_base64url(files::rsa_public)) == "a key in base64; decode it first");
    CHECK(reason_of(detail::encode_base64url(jwk)) == "a key in base64; decode it first");
    std::string hexadecimal;
    for (const char byte : der_of(files::rsa_public)) {
        constexpr std::string_view digits = "0123456789abcdef";
        hexadecimal += digits[static_cast<unsigned char>(byte) >> 4];
        hexadecimal += digits[static_cast<unsigned char>(byte) & 15];
    }
    CHECK(reason_of(hexadecimal) == "a key in hexadecimal; decode it first");
    std::string utf16;
    for (const char byte : files::rsa_public) utf16 += {byte, '\0'};
    CHECK(reason_of(utf16) == "a key in another encoding, such as UTF-16; decode it first");
    CHECK(reason_of("<RSAKeyValue><Modulus>oahU</Modulus></RSAKeyValue>") == "an RSA key in XML; convert it to PEM");
    CHECK(reason_of("https://id.example/jwks") == "a URL; pass the text that is there, or use RemoteKeys");
    CHECK(reason_of("\"a secret\"") == "no PEM block");
}

TEST_CASE("truncated PEM and JWK are recognised", "[other_format]") {
    const std::string pem{files::rsa_public};
    CHECK(DecodingKey<RS256>::from_pem(pem.substr(pem.find('\n'))).error().reason == "PEM without a whole BEGIN line");
    CHECK(DecodingKey<RS256>::from_jwk(R"({"keys":[{"kty":"RSA"}]})").error().reason ==
          "a JWK Set; use KeySet::from_jwks");
}

TEST_CASE("a PKCS#12 file is distinguished from a key", "[other_format]") {
    // SEQUENCE { INTEGER 3, SEQUENCE { OBJECT IDENTIFIER pkcs7-data }, SEQUENCE {} }
    const std::string file{"\x30\x12\x02\x01\x03\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\x30\x00", 20};
    CHECK(detail::other_format(file, "") == "a PKCS#12 file; extract the key with openssl pkcs12");
    CHECK(detail::is_key_document(detail::as_bytes(file)));
    std::string other = file;
    other[4] = 2;
    CHECK(detail::other_format(other, "").empty());
    CHECK_FALSE(detail::is_pkcs12(detail::as_bytes(file + "x")));
}
