// SPDX-License-Identifier: MIT
// Bytes: text and containers of bytes as one parameter type.
#include <credence/bytes.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::Bytes;
using credence::ByteView;

namespace {

std::string text_of(Bytes input) { return std::string{input.text()}; }

}  // namespace

TEST_CASE("text and containers of bytes convert alike", "[secret]") {
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

TEST_CASE("a null pointer is an empty range of bytes", "[secret]") {
    const char* const unset = nullptr;
    CHECK(Bytes{unset}.bytes().empty());
    CHECK(Bytes{std::string_view{}}.bytes().empty());
}
