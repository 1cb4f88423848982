// SPDX-License-Identifier: MIT
// Which texts may be an HMAC secret: everything except for key documents, in any of their usual encodings.
#include <credence/detail/encoding/base64url.hpp>
#include <credence/keys/detail/pem_block.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/rfc_vectors.hpp"

using namespace credence::detail;
namespace files = support::key_files;

namespace {

bool is_key(std::string_view text) { return is_key_document(as_bytes(text)); }

std::string base64_of(std::string_view bytes) {
    std::string text = encode_base64url(bytes);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    return text.append((4 - text.size() % 4) % 4, '=');
}

std::string in_lines(std::string_view text, std::size_t length, std::string_view end) {
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += length) lines.append(text, at, length).append(end);
    return lines;
}

std::string hex_of(std::string_view bytes) {
    std::string text;
    for (const char character : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(character) >> 4];
        text += "0123456789abcdef"[static_cast<unsigned char>(character) & 15];
    }
    return text;
}

void check_no_base64_is_a_secret(std::string_view document) {
    CAPTURE(document);
    CHECK(is_key(base64_of(document)));
    CHECK(is_key(encode_base64url(document)));
    CHECK(is_key(base64_of(document) + '\n'));
    CHECK(is_key("\xef\xbb\xbf  " + base64_of(document) + " \r\n"));
    CHECK(is_key(in_lines(base64_of(document), 76, "\r\n")));
    CHECK(is_key(in_lines(encode_base64url(document), 64, "\n")));
}

}  // namespace

TEST_CASE("the base64 of a PEM text is refused as a secret", "[secret][attack-2]") {
    for (const std::string_view pem :
         {files::rsa_public, files::rsa_public_pkcs1, files::rsa_certificate, files::p256_public, files::ed25519_public,
          files::dsa_public, files::rsa_private, files::p256_private_with_parameters, files::rsa_private_encrypted}) {
        check_no_base64_is_a_secret(pem);
        check_no_base64_is_a_secret(pem.substr(0, pem.size() - 1));
        check_no_base64_is_a_secret("# the issuer's key\n" + std::string{pem});
        CHECK(base64_of(pem).starts_with("LS0tLS1CRUdJTi"));
    }
}

TEST_CASE("the base64 of a JWK, a JWK Set, an SSH key or DER is refused as a secret", "[secret][attack-2]") {
    check_no_base64_is_a_secret(support::rfc7515_a2.jwk);
    check_no_base64_is_a_secret(R"({"kty":"EC","crv":"P-256"})");
    check_no_base64_is_a_secret("\n{ \"keys\" : [ ] }\n");
    check_no_base64_is_a_secret(R"([{"\u006bty":"RSA"}])");
    check_no_base64_is_a_secret("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC4pK2dePGgctIAsh0H somebody@example");
    for (const std::string_view pem : {files::rsa_public, files::p256_public, files::ed25519_public,
                                       files::rsa_certificate, files::rsa_public_pkcs1, files::p256_private_sec1}) {
        check_no_base64_is_a_secret(as_text(read_pem_blocks(pem)->back().der.view()));
    }
}

TEST_CASE("DER with white space around it is refused as a secret", "[secret][attack-2]") {
    for (const std::string_view pem : {files::rsa_public, files::p256_public, files::ed25519_public,
                                       files::rsa_certificate, files::dsa_public, files::rsa_private}) {
        const std::string der{as_text(read_pem_blocks(pem)->back().der.view())};
        for (const std::string_view space : {"\n", "\r\n", " ", "\t\v\f\n\n"}) {
            CHECK(is_key(der + std::string{space}));
            CHECK(is_key(std::string{space} + der));
            CHECK(is_key(base64_of(der + std::string{space})));
        }
        CHECK_FALSE(is_key(der + "\nx"));
        CHECK_FALSE(is_key(der.substr(0, der.size() - 2) + "\n"));
        CHECK(is_key(der + std::string(1, '\0')));
        CHECK(is_key(der + std::string(3, '\0') + "\n"));
        CHECK_FALSE(is_key(der + std::string("\0x", 2)));
    }
}

TEST_CASE("DER that ends in a line feed of its own is refused as a secret, with another one or without",
          "[secret][attack-2]") {
    const std::string der{as_text(read_pem_blocks(files::ed25519_public)->back().der.view())};
    for (const char last : {'\n', ' ', '\t'}) {
        const std::string other = der.substr(0, der.size() - 1) + last;
        CHECK(is_key(other));
        CHECK(is_key(other + "\n"));
        CHECK(is_key(base64_of(other)));
    }
}

TEST_CASE("a key is refused as a secret however it is encoded", "[secret][attack-2]") {
    const auto utf16 = [](std::string_view text, bool big_endian) {
        std::string units;
        for (const char character : text)
            units += big_endian ? std::string{'\0', character} : std::string{character, '\0'};
        return units;
    };
    const auto utf32 = [](std::string_view text, bool big_endian) {
        std::string units;
        for (const char character : text)
            units += big_endian ? std::string{'\0', '\0', '\0', character} : std::string{character, '\0', '\0', '\0'};
        return units;
    };
    const auto percent = [](std::string_view text) {
        std::string encoded;
        for (const char character : text) {
            const bool is_plain = std::string_view{"+/=\n {}\":,"}.find(character) == std::string_view::npos;
            encoded += is_plain ? std::string{character} : '%' + hex_of(std::string_view{&character, 1});
        }
        return encoded;
    };
    const std::string der{as_text(read_pem_blocks(files::rsa_public)->back().der.view())};
    const std::string xml = "<RSAKeyValue><Modulus>oahU</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>";
    CHECK(is_key(xml));
    for (const std::string& document : {std::string{files::p256_public}, std::string{files::rsa_certificate},
                                        std::string{support::rfc7515_a2.jwk}, xml, der}) {
        CHECK(is_key(hex_of(document)));
        CHECK(is_key(in_lines(hex_of(document), 2, ":") + "0a"));
        CHECK(is_key(base64_of(base64_of(document))));
        CHECK(is_key(base64_of(in_lines(base64_of(document), 76, "\n"))));
        CHECK(is_key(in_lines(base64_of(document), 64, "\\n")));
        CHECK(is_key(hex_of(base64_of(document))));
        CHECK(is_key(percent(base64_of(document))));
        CHECK(is_key(base64_of(base64_of(base64_of(document)))));
        CHECK(is_key(base64_of(document) + '\0'));
        CHECK(is_key(hex_of(document) + '\0'));
        CHECK(is_key('"' + base64_of(document) + "\"\n"));
        CHECK(is_key('\'' + hex_of(document) + '\''));
        CHECK(is_key("data:application/octet-stream;base64," + base64_of(document)));
    }
    CHECK(is_key(std::string{'\0'} + der));
    CHECK(is_key(std::string{"\n\0\0", 3} + der + '\0'));
    // PEM whose begin line got lost, or whose letters are small.
    const std::string_view pem = files::p256_public;
    CHECK(is_key(pem.substr(pem.find('\n'))));
    std::string small{pem};
    for (char& letter : small) letter = credence::detail::to_lower(letter);
    CHECK(is_key(small));
    for (const std::string_view text : {files::p256_public, support::rfc7515_a2.jwk}) {
        CHECK(is_key(utf16(text, false)));
        CHECK(is_key(utf16(text, true)));
        CHECK(is_key("\xff\xfe" + utf16(text, false)));
        CHECK(is_key(base64_of(utf16(text, false))));
        CHECK(is_key(utf32(text, false)));
        CHECK(is_key(utf32(text, true)));
        CHECK(is_key(std::string{"\xff\xfe\0\0", 4} + utf32(text, false)));
        CHECK(is_key(std::string{"\0\0\xfe\xff", 4} + utf32(text, true)));
        CHECK(is_key(percent(text)));
    }
    std::string form = percent(files::p256_public);
    for (std::size_t at = form.find("%20"); at != std::string::npos; at = form.find("%20")) form.replace(at, 3, "+");
    CHECK(is_key(form));
}

TEST_CASE("only DER with the right length field is given to OpenSSL", "[secret]") {
    const auto fills = [](std::string_view bytes) { return fills_its_length(as_bytes(bytes)); };
    CHECK(fills(std::string_view{"\x30\x00", 2}));
    CHECK(fills("0\x03\x02\x01\x01"));
    CHECK(fills("0\x81\x03\x02\x01\x01"));  // BER: a length in more bytes than needed
    CHECK(fills(std::string_view{"0\x84\0\0\0\x03\x02\x01\x01", 9}));
    CHECK(fills(std::string_view{"0\x80\x02\x01\x01\0\0", 7}));  // BER: an end without a length
    for (const std::string_view bytes :
         {"", "0", "0\x03\x02\x01", "0\x03\x02\x01\x01\x01", "0\x81", "0\x82\x01", "0\x80\x02\x01\x01", "0\xff\x02\x01",
          "0\x88\xff\xff\xff\xff\xff\xff\xff\xff"}) {
        CHECK_FALSE(fills(bytes));
    }
    // Apart from the shape, only OpenSSL recognises DSA keys.
    CHECK(is_key(as_text(read_pem_blocks(files::dsa_public)->back().der.view())));
}

TEST_CASE("random secrets are accepted in every form", "[secret]") {
    std::mt19937 random{20240229};
    std::uniform_int_distribution<int> byte{0, 255};
    for (const std::size_t size : {32U, 48U, 64U}) {
        for (int round = 0; round < 500; ++round) {
            std::string secret(size, '\0');
            std::generate(secret.begin(), secret.end(), [&] { return static_cast<char>(byte(random)); });
            if (round % 4 == 0) secret.front() = "0M{["[round / 4 % 4];  // how DER, its base64, and JSON begin
            for (const std::string& form : {secret, base64_of(secret), encode_base64url(secret), hex_of(secret),
                                            base64_of(hex_of(secret)), base64_of(base64_of(secret))}) {
                if (is_key(form)) FAIL("refused: " << hex_of(form));
            }
        }
    }
}

TEST_CASE("words, JSON and base64 of other data are accepted", "[secret]") {
    for (const std::string_view text :
         {"correct horse battery staple, and some more of it", R"({"this is an odd secret, and yet":"it is one"})",
          "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", "LS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0t", "0 0 0 0", "=", " \n"}) {
        CHECK_FALSE(is_key(text));
        CHECK_FALSE(is_key(base64_of(text)));
    }
}
