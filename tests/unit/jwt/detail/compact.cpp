// SPDX-License-Identifier: MIT
// The three parts of a token: found in one scan, and decoded into room that is large enough.
#include <credence/jwt/detail/compact.hpp>

#include <array>
#include <string>
#include <string_view>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using credence::detail::DecodedPart;
using credence::detail::encode_base64url;
using credence::detail::json_padding;
using credence::detail::split_compact;
using credence::detail::split_expected;
using credence::detail::without_padding;

TEST_CASE("a token is three parts between two dots") {
    const auto parts = split_compact("header.payload.signature");
    REQUIRE(parts);
    CHECK(parts->header == "header");
    CHECK(parts->payload == "payload");
    CHECK(parts->signature == "signature");
    CHECK(parts->signing_input == "header.payload");
}

TEST_CASE("parts may be empty here; later stages check them") {
    const auto parts = split_compact("..");
    REQUIRE(parts);
    CHECK(parts->signing_input == ".");
    CHECK(split_compact("a..")->signing_input == "a.");
    CHECK(split_compact(".b.c")->payload == "b");
}

TEST_CASE("a token is split at the expected sizes, or not at all") {
    const auto parts = split_expected("header.payload.signature", 6, 9);
    REQUIRE(parts);
    CHECK(parts->header == "header");
    CHECK(parts->payload == "payload");
    CHECK(parts->signature == "signature");
    CHECK(parts->signing_input == "header.payload");
    CHECK(split_expected("a..b", 1, 1)->payload.empty());
    CHECK(split_expected("a.b.c.d", 1, 1)->payload == "b.c");
    for (const std::string_view text : {"", "a", "ab", "a.b", "a.b.", "a.b.cc", "aa.b.c", ".a.b", "a.bc", "abcd"}) {
        INFO(text);
        CHECK_FALSE(split_expected(text, 1, 1));
    }
}

TEST_CASE("a text with any other number of dots is not a token") {
    for (const std::string_view text :
         {"", "a", ".", "a.b", "a.b.c.", ".a.b.c", "a.b.c.d", "a.b.c.d.e", "...", "...."}) {
        INFO(text);
        CHECK_FALSE(split_compact(text));
    }
    CHECK_FALSE(split_compact(std::string_view{}));
}

TEST_CASE("a million dots are refused without a byte of memory") {
    const std::string dots(1'000'000, '.');
    CHECK(support::allocations_of([&] { static_cast<void>(split_compact(dots)); }).count == 0);
    CHECK_FALSE(split_compact(dots));
}

TEST_CASE("padding is removed only from a text of the right length") {
    constexpr std::array<std::array<std::string_view, 2>, 12> rows{{{"", ""},
                                                                    {"AAAA", "AAAA"},
                                                                    {"AAA=", "AAA"},
                                                                    {"AA==", "AA"},
                                                                    {"A===", "A="},
                                                                    {"====", "=="},
                                                                    {"AA=", "AA="},
                                                                    {"AA", "AA"},
                                                                    {"AAAA=", "AAAA="},
                                                                    {"AAAA==", "AAAA=="},
                                                                    {"AAAA====", "AAAA=="},
                                                                    {"AA=A", "AA=A"}}};
    for (const auto& [padded, wanted] : rows) {
        INFO(padded);
        CHECK(without_padding(padded) == wanted);
    }
}

TEST_CASE("a part of any size is decoded, and followed by zeros") {
    for (const std::size_t size : {0U, 1U, 2U, 3U, 2030U, 2036U, 2037U, 2040U, 2048U, 2049U, 10000U}) {
        const std::string bytes(size, '\xff');
        DecodedPart part;
        REQUIRE(part.decode(encode_base64url(bytes)));
        CHECK(part.bytes() == bytes);
        CHECK(std::string_view{part.bytes().data() + size, json_padding} == std::string(json_padding, '\0'));
    }
}

TEST_CASE("a part can be decoded again") {
    DecodedPart part;
    REQUIRE(part.decode(encode_base64url(std::string(5000, 'x'))));
    REQUIRE(part.decode("Zm9v"));
    CHECK(part.bytes() == "foo");
    CHECK_FALSE(part.decode("Zm9v="));
    CHECK_FALSE(part.decode("Z"));
    REQUIRE(part.decode(""));
    CHECK(part.bytes().empty());
}

TEST_CASE("a part recognises the text that it was decoded from, but no equal text elsewhere") {
    const std::string text = "Zm9v", equal = text;
    DecodedPart part;
    CHECK_FALSE(part.is_of(text));
    REQUIRE(part.decode(text));
    CHECK(part.is_of(text));
    CHECK_FALSE(part.is_of(equal));
    CHECK_FALSE(part.is_of(std::string_view{text}.substr(0, 3)));
    CHECK_FALSE(part.decode(std::string_view{text}.substr(1, 1)));
    CHECK_FALSE(part.is_of(text));
    CHECK_FALSE(part.is_of(std::string_view{text}.substr(1, 1)));
}

TEST_CASE("a part of a usual size needs no allocation") {
    const std::string text = encode_base64url(std::string(1500, 'x'));
    CHECK(support::allocations_of([&] {
              DecodedPart part;
              static_cast<void>(part.decode(text));
          }).count == 0);
}
