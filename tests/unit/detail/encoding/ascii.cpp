// SPDX-License-Identifier: MIT
// Characters and texts of ASCII, whatever the locale is.
#include <credence/detail/encoding/ascii.hpp>

#include <string>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("each byte has its ASCII character classes", "[ascii]") {
    for (int value = 0; value < 256; ++value) {
        const char byte = static_cast<char>(value);
        const bool is_upper = value >= 'A' && value <= 'Z';
        CAPTURE(value);
        CHECK(is_digit(byte) == (value >= '0' && value <= '9'));
        CHECK(is_letter(byte) == (is_upper || (value >= 'a' && value <= 'z')));
        CHECK(is_hex_digit(byte) == (std::string{"0123456789abcdefABCDEF"}.find(byte) != std::string::npos));
        CHECK(is_control(byte) == (value < 0x20 || value == 0x7f));
        CHECK(to_lower(byte) == (is_upper ? static_cast<char>(value + 32) : byte));
    }
}

TEST_CASE("texts are compared case-insensitively, and trimmed of spaces and tabs", "[ascii]") {
    CHECK(equal_without_case("Max-Age", "max-age"));
    CHECK_FALSE(equal_without_case("max-ages", "max-age"));
    CHECK_FALSE(equal_without_case("max-ag", "max-age"));
    CHECK(starts_without_case("HTTPS://id", "https://"));
    CHECK_FALSE(starts_without_case("https:/", "https://"));
    CHECK(trimmed(" \t a b\t ") == "a b");
    CHECK(trimmed(" \t").empty());
    CHECK(trimmed("\na") == "\na");
}

TEST_CASE("a whole number has only digits, and is within its limit", "[ascii]") {
    CHECK(whole_number("0", 10, 9) == 0u);
    CHECK(whole_number("65535", 10, 65535) == 65535u);
    CHECK(whole_number("Ff", 16, 255) == 255u);
    for (const char* text : {"", "65536", "-1", "+1", " 1", "1 ", "1x", "99999999999999999999", "0x1"}) {
        CAPTURE(text);
        CHECK_FALSE(whole_number(text, 10, 65535));
    }
}
