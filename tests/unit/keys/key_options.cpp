// SPDX-License-Identifier: MIT
// The rules for a secret, the rule that allow_short_secret loosens, and texts that are never a secret.
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_options.hpp>
#include <credence/keys/keys.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
using namespace std::string_literals;
namespace files = support::key_files;

namespace {

template <class Made>
std::string refusal(const Made& made) {
    return made ? "accepted" : std::string{to_string(made.error().code)};
}

/// The content of a PEM block.
std::string der_of(std::string_view pem) {
    const auto blocks = detail::read_pem_blocks(pem);
    return std::string{detail::as_text(blocks->back().der.view())};
}

/// Checks that no kind of key accepts a secret, with or without the opt-out.
void check_is_no_secret(std::string_view text, std::string_view code = "invalid_key") {
    CAPTURE(text);
    CHECK(refusal(Keys<HS256>::from_secret(text)) == code);
    CHECK(refusal(Keys<HS256>::from_secret(text, allow_short_secret)) == code);
    CHECK(refusal(EncodingKey<HS512>::from_secret(text, allow_short_secret)) == code);
    CHECK(refusal(DecodingKey<HS384>::from_secret(text, allow_short_secret)) == code);
}

}  // namespace

TEST_CASE("a secret must be as long as the hash", "[keys][attack-3]") {
    CHECK(refusal(Keys<HS256>::from_secret(std::string(31, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS256>::from_secret(std::string(32, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS384>::from_secret(std::string(47, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS384>::from_secret(std::string(48, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS512>::from_secret(std::string(63, 'x'))) == "key_too_short");
    CHECK(refusal(Keys<HS512>::from_secret(std::string(64, 'x'))) == "accepted");
    CHECK(refusal(Keys<HS256>::from_secret(std::string(100'000, 'x'))) == "accepted");
}

TEST_CASE("allow_short_secret accepts a short secret, but not an empty one", "[keys][attack-3]") {
    CHECK(refusal(Keys<HS512>::from_secret("x", allow_short_secret)) == "accepted");
    CHECK(refusal(EncodingKey<HS256>::from_secret("x", allow_short_secret)) == "accepted");
    CHECK(refusal(DecodingKey<HS256>::from_secret("x", allow_short_secret)) == "accepted");
    check_is_no_secret("", "key_too_short");
    const char* const unset_variable = nullptr;
    CHECK(refusal(Keys<HS256>::from_secret(unset_variable, allow_short_secret)) == "key_too_short");
}

TEST_CASE("a literal is read as a whole, and never beyond its end", "[keys]") {
    const std::string text = "a secret of thirty-two bytes\0and more"s;
    const auto keys = Keys<HS256>::from_secret("a secret of thirty-two bytes\0and more").value();
    CHECK(thumbprint(keys).value() == thumbprint(Keys<HS256>::from_secret(text).value()).value());
    static constexpr char unterminated[32] = {'x', '\0', 'y', 'z', 'x', 'x', 'x', 'x', 'x', 'x', 'x',
                                              'x', 'x',  'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x',
                                              'x', 'x',  'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    CHECK(thumbprint(Keys<HS256>::from_secret(unterminated).value()).value() ==
          thumbprint(Keys<HS256>::from_secret(std::string_view{unterminated, 32}).value()).value());
}

TEST_CASE("a key file is refused as a secret, in PEM", "[keys][attack-2]") {
    for (const std::string_view text :
         {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate, files::p256_public, files::ed25519_public,
          files::rsa_private, files::p256_private_with_parameters, files::rsa_private_encrypted, files::dsa_public}) {
        check_is_no_secret(text);
        check_is_no_secret("\n \t" + std::string{text});
        check_is_no_secret("\xef\xbb\xbf" + std::string{text});
        check_is_no_secret("some words first\n" + std::string{text});
        check_is_no_secret(text.substr(0, text.size() - 30));
    }
    check_is_no_secret("---- BEGIN SSH2 PUBLIC KEY ----\nAAAAC3NzaC1lZDI1NTE5AAAAIC4pK2dePGgctIAsh0H\n");
}

TEST_CASE("a key file is refused as a secret, in DER", "[keys][attack-2]") {
    for (const std::string_view pem :
         {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate, files::p256_public,
          files::p256_public_explicit, files::ed25519_public, files::x25519_public, files::dsa_public,
          files::rsa_private, files::rsa_private_pkcs1, files::p256_private, files::p256_private_sec1,
          files::rsa_private_encrypted, files::pss_sha256_public, files::rsa_1024_public}) {
        CAPTURE(pem);
        check_is_no_secret(der_of(pem));
        CHECK(refusal(Keys<HS256>::from_secret(der_of(pem) + "x")) == "accepted");  // not entirely DER
    }
}

TEST_CASE("a JWK or JWK Set is refused as a secret", "[keys][attack-2]") {
    for (const std::string_view text : {
             R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
             R"( {"e":"AQAB", "kty" : "RSA"})",
             "\n\t{\n\"kty\":\"oct\"}",
             R"({"keys":[]})",
             R"({"keys":[{"kty":"EC"}]})",
             R"([{"kty":"EC"}])",
             R"({"\u006bty":"RSA"})",
             R"({"kty":"RSA","n":)",
             R"({"kty":"RSA","kty":"RSA"})",
             "\xef\xbb\xbf{\"kty\":\"RSA\"}",
             " \xef\xbb\xbf{\"kty\":\"RSA\"}",
             "\xc2\xa0{\"kty\":\"RSA\"}",
             R"("{\"kty\":\"RSA\"}")",
             R"(key = {"kty":"RSA"})",
         }) {
        check_is_no_secret(text);
    }
    CHECK(refusal(Keys<HS256>::from_secret(R"({"this is an odd secret, and yet":"it is one"})")) == "accepted");
    CHECK(refusal(Keys<HS256>::from_secret("{ a brace does not make it a JWK at all")) == "accepted");
}

TEST_CASE("an SSH key is refused as a secret", "[keys][attack-2]") {
    for (const std::string_view start : {"ssh-rsa AAAA", "ssh-ed25519 AAAA", "ssh-dss AAAA", "ecdsa-sha2-nistp256 AAAA",
                                         "sk-ssh-ed25519@openssh.com A", "sk-ecdsa-sha2-nistp256@openssh.com A",
                                         "ssh-rsa-cert-v01@openssh.com AAAA", "PuTTY-User-Key-File-3: x"}) {
        check_is_no_secret(start);
        check_is_no_secret("  \n" + std::string{start});
    }
}

TEST_CASE("a text with a line that holds an SSH key is refused as a secret", "[keys][attack-2]") {
    for (const std::string_view line :
         {"restrict,command=\"x\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
          "host.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AA",
          "# of the build machine\necdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY"}) {
        check_is_no_secret(line);
    }
}

TEST_CASE("the base64 of a key file is refused as a secret, with or without its lines", "[keys][attack-2]") {
    for (const std::string_view pem : {files::rsa_public, files::p256_public, files::ed25519_public,
                                       files::rsa_certificate, files::rsa_private, files::rsa_public_pkcs1}) {
        std::string body{pem.substr(pem.find('\n') + 1)};
        body.resize(body.find("-----END"));
        check_is_no_secret(body);
        std::erase(body, '\n');
        check_is_no_secret(body);
        std::replace(body.begin(), body.end(), '+', '-');
        std::replace(body.begin(), body.end(), '/', '_');
        check_is_no_secret(body);
    }
    CHECK(refusal(Keys<HS256>::from_secret("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A")) == "accepted");
}
