// SPDX-License-Identifier: MIT
// The one PEM block of a text: around it, behind it, and inside.
#include <credence/detail/key_material.hpp>
#include <credence/detail/key_material_pem.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence::detail;
namespace files = support::key_files;

namespace {

std::string fault_of(std::string_view text) {
    const auto block = read_pem_block(text);
    return block ? "" : std::string{block.error().why};
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string changed{text};
    for (std::size_t at = changed.find(from); at != std::string::npos; at = changed.find(from, at + to.size())) {
        changed.replace(at, from.size(), to);
    }
    return changed;
}

std::string why_not(std::string_view pem, KeyHalf half = KeyHalf::public_half) {
    const auto key = read_pem(pem, half, {});
    return key ? "" : std::string{key.error().why};
}

}  // namespace

TEST_CASE("a block is found with its label and bytes", "[pem]") {
    const auto block = read_pem_block(files::p256_public);
    REQUIRE(block);
    CHECK(block->label == "PUBLIC KEY");
    CHECK(block->header.empty());
    CHECK(block->der.size() == 91);
}

TEST_CASE("text in front and white space behind are no harm", "[pem]") {
    const std::string text{files::p256_public};
    CHECK(fault_of("subject=CN = example\n\n" + text).empty());
    CHECK(fault_of("\n\n  \n" + text).empty());
    CHECK(fault_of(text + "\n \t\r\n").empty());
    CHECK(fault_of(replaced(text, "\n", "\r\n")).empty());
    CHECK(fault_of(text.substr(0, text.size() - 1)).empty());
}

TEST_CASE("blanks and tabs may stand behind the BEGIN and the END line, as RFC 7468 says", "[pem]") {
    const std::string text{files::p256_public};
    for (const std::string_view blanks : {" ", "\t", " \t  "}) {
        const std::string wide = "-----" + std::string{blanks};
        const std::string with_blanks = replaced(text, "-----\n", wide + "\n");
        CHECK(fault_of(with_blanks).empty());
        CHECK(fault_of(replaced(with_blanks, "\n", "\r\n")).empty());
        CHECK(fault_of(with_blanks.substr(0, with_blanks.size() - 1)).empty());
        CHECK(fault_of(replaced(text, "KEY-----\nM", "KEY" + wide + "\nM")).empty());
        CHECK(fault_of("\xef\xbb\xbf" + with_blanks).empty());
        CHECK(fault_of(replaced(with_blanks, "\n", std::string{blanks} + "\n")).empty());
        CHECK(read_pem_block(with_blanks)->der.size() == 91);
        CHECK(fault_of(with_blanks + with_blanks) == "more than one PEM block");
        CHECK(fault_of(with_blanks + text) == "more than one PEM block");
        CHECK(fault_of(text + wide + "BEGIN") == "text after the PEM block");
        CHECK(fault_of(replaced(with_blanks, "\nM", "M")) == "a damaged PEM block");
    }
    CHECK(fault_of(replaced(text, "-----\n", "-----" + std::string(1000, ' ') + '\n')).empty());
    CHECK(fault_of(replaced(files::p256_private_with_parameters, "-----\n", "----- \n")).empty());
    CHECK(fault_of(replaced(files::rsa_private_pkcs1_encrypted, "-----\n", "-----\t\n")).empty());
}

TEST_CASE("only blanks and tabs may stand there, and behind all five dashes", "[pem]") {
    const std::string text{files::p256_public};
    for (const std::string_view end :
         {"---- -\n", "---- \n", "----- x\n", "----- -\n", "-----x \n", "-----\v\n", "-----\xc2\xa0\n", "----- \f\n"}) {
        CAPTURE(end);
        CHECK(fault_of(replaced(text, "-----\n", end)) != "");
        CHECK(fault_of(replaced(text, "KEY-----\nM", "KEY" + std::string{end} + 'M')) != "");
    }
}

TEST_CASE("blanks elsewhere in a block mean what they always meant to OpenSSL", "[pem]") {
    const std::string text{files::p256_public};
    CHECK(fault_of(replaced(text, "\nM", "\n \nM")).empty());
    CHECK(fault_of(replaced(text, "\nM", "\n  M")).empty());
    CHECK(fault_of(replaced(text, "\nM", "\n\n\nM")) == "a damaged PEM block");
    CHECK(fault_of(replaced(text, "-----BEGIN", " -----BEGIN")) == "a damaged PEM block");
}

TEST_CASE("text behind the block is refused", "[pem]") {
    CHECK(fault_of(std::string{files::p256_public} + "x") != "");
    CHECK(fault_of(std::string{files::p256_public} + "more") == "text after the PEM block");
    CHECK(fault_of(std::string{files::p256_public} + std::string(1, '\0')) == "text after the PEM block");
}

TEST_CASE("two blocks are refused, whichever they are", "[pem]") {
    for (const std::string_view first : {files::rsa_certificate, files::rsa_public, files::rsa_private}) {
        for (const std::string_view second : {files::rsa_certificate, files::p256_public, files::rsa_private}) {
            CHECK(fault_of(std::string{first} + std::string{second}) == "more than one PEM block");
        }
    }
    CHECK(fault_of(std::string{files::rsa_public} + "-----BEGIN PUBLIC KEY-----\n") == "more than one PEM block");
}

TEST_CASE("EC parameters may stand before their key, and before nothing else", "[pem]") {
    CHECK(fault_of(files::p256_private_with_parameters).empty());
    const std::string text{files::p256_private_with_parameters};
    const std::string parameters = text.substr(0, text.find("-----BEGIN EC PRIVATE"));
    CHECK(fault_of(parameters) == "EC parameters without a key");
    CHECK(fault_of(parameters + std::string{files::p256_private}) == "EC parameters without a key");
    CHECK(fault_of(parameters + text) == "EC parameters without a key");
    CHECK(fault_of(text + text) == "more than one PEM block");
}

TEST_CASE("what is no whole block is refused", "[pem]") {
    const std::string text{files::p256_public};
    CHECK(fault_of("") == "no PEM block");
    CHECK(fault_of("just words") == "no PEM block");
    for (std::size_t size = 30; size + 8 < text.size(); size += 11) {
        CHECK(fault_of(text.substr(0, size)) == "a damaged PEM block");
    }
    CHECK(fault_of(replaced(text, "-----END PUBLIC", "-----END PRIVATE")) == "a damaged PEM block");
    CHECK(fault_of(replaced(text, "M", "*")) == "a damaged PEM block");
    CHECK(fault_of(text + std::string(longest_key_text, ' ')) == "more than 1 MiB of text");
}

TEST_CASE("a label must tell the truth", "[pem]") {
    constexpr std::string_view lie = "a PEM block with another label than its content";
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "RSA PUBLIC KEY")) == lie);
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "CERTIFICATE")) == lie);
    CHECK(why_not(replaced(files::rsa_public_pkcs1, "RSA PUBLIC KEY", "PUBLIC KEY")) == lie);
    CHECK(why_not(replaced(files::rsa_private, "PRIVATE KEY", "PUBLIC KEY")) == lie);
    CHECK(why_not(replaced(files::rsa_private, "PRIVATE", "EC PRIVATE"), KeyHalf::private_half) == lie);
    CHECK(why_not(replaced(files::p256_public, "PUBLIC KEY", "DH PARAMETERS")) == "a PEM block that holds no key");
    CHECK(why_not(files::rsa_request) == "a certificate request");
    CHECK(why_not(replaced(files::rsa_request, "CERTIFICATE REQUEST", "CERTIFICATE")) == lie);
}
