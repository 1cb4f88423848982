// SPDX-License-Identifier: MIT
// Bytes that are wiped when they are dropped, and the ways in which bytes come in.
#include <credence/detail/secret.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

std::string text_of(InputBytes input) { return std::string{input.text()}; }

}  // namespace

TEST_CASE("bytes can be moved, and not copied", "[secret]") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<SecretBytes>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<SecretBytes>);
    SecretBytes first{as_bytes("one")};
    SecretBytes second{std::move(first)};
    CHECK(as_text(second.view()) == "one");
    SecretBytes third{as_bytes("another")};
    third = std::move(second);
    CHECK(as_text(third.view()) == "one");
    third.shrink(2);
    CHECK(as_text(third.view()) == "on");
}

TEST_CASE("an array on the stack is wiped when the scope ends", "[secret]") {
    std::array<unsigned char, 4> bytes{1, 2, 3, 4};
    {
        const WipeAtExit wipe{bytes};
        CHECK(bytes[3] == 4);
    }
    CHECK(bytes == std::array<unsigned char, 4>{});
}

TEST_CASE("text and containers of bytes come in alike", "[secret]") {
    const std::string text = "secret";
    const std::vector<unsigned char> bytes{'s', 'e', 'c', 'r', 'e', 't'};
    const std::array<std::byte, 2> raw{std::byte{'h'}, std::byte{'i'}};
    CHECK(text_of("secret") == text);
    CHECK(text_of(text) == text);
    CHECK(text_of(std::string_view{text}) == text);
    CHECK(text_of(bytes) == text);
    CHECK(text_of(ByteView{bytes}) == text);
    CHECK(text_of(raw) == "hi");
    CHECK(text_of(std::string_view{"a\0b", 3}).size() == 3);
}

TEST_CASE("a null pointer is no bytes", "[secret]") {
    const char* const unset = nullptr;
    CHECK(InputBytes{unset}.bytes().empty());
    CHECK(InputBytes{std::string_view{}}.bytes().empty());
}
