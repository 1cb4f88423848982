// SPDX-License-Identifier: MIT
// base64, hexadecimal, UTF-16 and percent-encoding, in which keys are often passed on.
#include <credence/keys/detail/key_encodings.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

std::string text_of(const std::optional<SecretBytes>& bytes) {
    return bytes ? std::string{as_text(bytes->view())} : "nothing";
}

}  // namespace

TEST_CASE("base64 is read in either alphabet, with or without padding and white space", "[key_encodings]") {
    for (const std::string_view text : {"c3ViamVjdHM_", "c3ViamVjdHM/", "c3Vi\namVjdHM_\n", " c3ViamVj\r\n\tdHM/",
                                        "c3Vi\\namVj\\r\\ndHM\\/", "c3ViamVj\\\ndHM_", "c3Vi\\tamVjdHM_"}) {
        CAPTURE(text);
        CHECK(text_of(decode_base64_text(text)) == "subjects?");
    }
    CHECK(text_of(decode_base64_text("c3ViamVjdA==")) == "subject");
    CHECK(text_of(decode_base64_text("c3ViamVjdA")) == "subject");
    CHECK(text_of(decode_base64_text("c3ViamVjdA=\n=\n")) == "subject");
    CHECK(text_of(decode_base64_text("")).empty());
    for (const std::string_view text : {"c3ViamVjdB", "c3ViamVjd", "c3Vi*mVjdHM_", "c3Vi=amVjdHM_", "\\c3Vi", "c3Vi\\",
                                        "c3V\xc2\xa0i", "c3Vi\\\\namVj", "c3Vi-----"}) {
        CAPTURE(text);
        CHECK(text_of(decode_base64_text(text)) == "nothing");
    }
}

TEST_CASE("hexadecimal is read with colons and white space between its digits", "[key_encodings]") {
    CHECK(text_of(decode_hex_text("6B6579")) == "key");
    CHECK(text_of(decode_hex_text(" 6b:65:79\n")) == "key");
    CHECK(text_of(decode_hex_text("0x6b6579")) == "key");
    for (const std::string_view text : {"", "6", "6b657", "6b6g", "6b-65", "0x"}) {
        CHECK(text_of(decode_hex_text(text)) == "nothing");
    }
}

TEST_CASE("ASCII is read from UTF-32 of either byte order", "[key_encodings]") {
    const auto read = [](std::string_view bytes) { return decode_ascii_utf32(as_bytes(bytes)); };
    CHECK(text_of(read({"k\0\0\0e\0\0\0", 8})) == "ke");
    CHECK(text_of(read({"\0\0\0k\0\0\0e", 8})) == "ke");
    CHECK(text_of(read({"\xff\xfe\0\0k\0\0\0", 8})) == "k");
    CHECK(text_of(read({"\0\0\xfe\xff\0\0\0k", 8})) == "k");
    CHECK_FALSE(read({"k\0\0\0", 4}));
    CHECK_FALSE(read({"k\0\0\0e\0\0", 7}));
    CHECK_FALSE(read({"k\0\0\0e\0\1\0", 8}));
    CHECK_FALSE(read({"k\0\0\0\xe4\0\0\0", 8}));
    CHECK_FALSE(read("abcdefgh"));
}

TEST_CASE("ASCII is read from UTF-16 of either byte order", "[key_encodings]") {
    CHECK(text_of(decode_ascii_utf16(as_bytes(std::string_view{"k\0e\0y\0", 6}))) == "key");
    CHECK(text_of(decode_ascii_utf16(as_bytes(std::string_view{"\0k\0e\0y", 6}))) == "key");
    CHECK(text_of(decode_ascii_utf16(as_bytes(std::string_view{"\xff\xfek\0e\0", 6}))) == "ke");
    CHECK(text_of(decode_ascii_utf16(as_bytes(std::string_view{"\xfe\xff\0k\0e", 6}))) == "ke");
    for (const std::string_view text : {"keys", "k\0e", "\xff\xfe", "k\0\xe4\0"}) {
        CHECK(text_of(decode_ascii_utf16(as_bytes(text))) == "nothing");
    }
}

TEST_CASE("percent-encoding is read, and of a form's fields the blanks of PEM", "[key_encodings]") {
    CHECK(text_of(decode_percent_text("a%20b%0Ac%2b")) == "a b\nc+");
    CHECK(text_of(decode_percent_text("a+b%3D")) == "a+b=");
    CHECK(text_of(decode_percent_text("-----BEGIN+PUBLIC+KEY-----%0A%2B")) == "-----BEGIN PUBLIC KEY-----\n+");
    for (const std::string_view text : {"plain", "a%2", "%", "%g0", "a%0"}) {
        CHECK(text_of(decode_percent_text(text)) == "nothing");
    }
}
