// SPDX-License-Identifier: MIT
// The PEM blocks of a text, with any line breaks and any text around them.
#include <credence/keys/detail/pem_block.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence::detail;
namespace files = support::key_files;

namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string changed{text};
    for (std::size_t at = changed.find(from); at != std::string::npos; at = changed.find(from, at + to.size())) {
        changed.replace(at, from.size(), to);
    }
    return changed;
}

/// The labels and sizes of all blocks, "none" if there are none: `PUBLIC KEY 91, PRIVATE KEY 0`.
std::string blocks_of(std::string_view text) {
    const auto blocks = read_pem_blocks(text);
    if (!blocks) return std::string{blocks.error().reason};
    std::string words;
    for (const PemBlock& block : *blocks) {
        words += (words.empty() ? "" : ", ") + block.label + ' ' + std::to_string(block.der.size());
    }
    return words.empty() ? "none" : words;
}

constexpr std::string_view one_key = "PUBLIC KEY 91";

}  // namespace

TEST_CASE("a block is found with its label and bytes", "[pem]") {
    const auto blocks = read_pem_blocks(files::p256_public);
    REQUIRE(blocks);
    REQUIRE(blocks->size() == 1);
    CHECK(blocks->front().label == "PUBLIC KEY");
    CHECK(blocks->front().header.empty());
    CHECK(blocks->front().der.size() == 91);
}

TEST_CASE("lines may end in any way, be indented or joined", "[pem]") {
    const std::string text{files::p256_public};
    for (const std::string_view end : {"\r\n", "\r", "\\n", "\\r\\n", "\n    ", " \t\n", "\n\n", " ", "\\\n", "\v\f"}) {
        CAPTURE(end);
        CHECK(blocks_of(replaced(text, "\n", end)) == one_key);
    }
    CHECK(blocks_of(replaced(text, "\n", "")) == one_key);
    CHECK(blocks_of(replaced("    " + text, "\n", "\n    ")) == one_key);
    CHECK(blocks_of(replaced(text, "/", "\\/")) == one_key);
    CHECK(blocks_of(replaced(text, "=", "")) == one_key);
}

TEST_CASE("text may be around a block", "[pem]") {
    const std::string text{files::p256_public};
    for (const std::string_view other : {"\xef\xbb\xbf", "subject=CN = example\n\n", "KEY=\"", "x", "-----", "= -\n"}) {
        CAPTURE(other);
        CHECK(blocks_of(std::string{other} + text) == one_key);
        CHECK(blocks_of(text + std::string{other}) == one_key);
    }
    CHECK(blocks_of(text + std::string(3, '\0')) == one_key);
    CHECK(blocks_of(text + "-----END PUBLIC KEY-----\n") == one_key);
}

TEST_CASE("all blocks of a text are found in order", "[pem]") {
    const std::string text{files::p256_public};
    CHECK(blocks_of(text + text) == "PUBLIC KEY 91, PUBLIC KEY 91");
    CHECK(blocks_of(files::p256_private_with_parameters).starts_with("EC PARAMETERS 10, EC PRIVATE KEY "));
    CHECK(blocks_of(replaced(text + text, "\n", "")) == "PUBLIC KEY 91, PUBLIC KEY 91");
}

TEST_CASE("a damaged block has no bytes, and does not hide other blocks", "[pem]") {
    const std::string text{files::p256_public};
    CHECK(blocks_of(replaced(text, "M", "*")) == "PUBLIC KEY 0");
    CHECK(blocks_of(replaced(text, "M", "-")) == "PUBLIC KEY 0");
    CHECK(blocks_of(replaced(text, "\nM", "\n=M")) == "PUBLIC KEY 0");
    CHECK(blocks_of(replaced(text, "-----END PUBLIC", "-----END PRIVATE")) == "PUBLIC KEY 0");
    CHECK(blocks_of(replaced(text, "-----END PUBLIC", "-----END PRIVATE") + text) == "PUBLIC KEY 0, PUBLIC KEY 91");
    CHECK(blocks_of(text + "-----BEGIN PUBLIC KEY-----\nMFkw") == "PUBLIC KEY 91, PUBLIC KEY 0");
    CHECK(blocks_of("-----BEGIN \x1b[31mKEY-----\nAAAA\n-----END \x1b[31mKEY-----\n") == " 0");
    CHECK(blocks_of("-----BEGIN PUBLIC KEY") == " 0");
    for (std::size_t size = 30; size + 25 < text.size(); size += 11) {
        CHECK(blocks_of(text.substr(0, size)) == "PUBLIC KEY 0");
    }
}

TEST_CASE("there are at most 64 blocks and 1 MiB of text", "[pem]") {
    CHECK(blocks_of("") == "none");
    CHECK(blocks_of("just words") == "none");
    std::string many;
    for (int count = 0; count < 64; ++count) many += files::p256_public;
    CHECK(read_pem_blocks(many)->size() == 64);
    CHECK(blocks_of(many + std::string{files::p256_public}) == "more than 64 PEM blocks");
    CHECK(blocks_of(std::string(longest_key_text + 1, ' ')) == "more than 1 MiB of text");
    CHECK(blocks_of(std::string(longest_key_text, ' ')) == "none");
}

TEST_CASE("an encrypted block has its two fields, however they are written", "[pem]") {
    for (const std::string_view end : {"\n", "\r", "\r\n", "\\n", " ", "\n  "}) {
        CAPTURE(end);
        const auto blocks = read_pem_blocks(replaced(files::rsa_private_pkcs1_encrypted, "\n", end));
        REQUIRE(blocks);
        REQUIRE(blocks->size() == 1);
        CHECK(blocks->front().header.starts_with("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-"));
        CHECK(form_of(decrypted_der(blocks->front(), files::passphrase).view()) == KeyForm::pkcs1_private);
        CHECK(form_of(decrypted_der(blocks->front(), "wrong").view()) == KeyForm::unknown);
        CHECK(decrypted_der(blocks->front(), "").size() == 0);
    }
    CHECK(blocks_of(replaced(files::rsa_private_pkcs1_encrypted, "Proc-Type", "Comment")) == "RSA PRIVATE KEY 0");
}
