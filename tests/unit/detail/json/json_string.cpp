// SPDX-License-Identifier: MIT
// JSON strings: the eight-byte scan against one byte at a time, and escapes.
#include <credence/detail/json/json_string.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::detail::append_string;
using credence::detail::end_of_literal_run;
using credence::detail::end_of_plain_run;
using credence::detail::end_of_plain_word;
using credence::detail::is_plain;
using credence::detail::json_padding;

namespace {

/// The decoded string, read from after its first quote; nullopt if it is malformed.
std::optional<std::string> said(std::string_view inside) {
    const std::string text = '"' + std::string{inside} + '"' + std::string(json_padding, '\0');
    std::string out;
    const char* end = append_string(text.data() + 1, out);
    if (end == nullptr) return std::nullopt;
    CHECK(end <= text.data() + 1 + inside.size());
    return out;
}

}  // namespace

TEST_CASE("a string is rebuilt in place, whatever its content") {
    using sizes = std::initializer_list<std::size_t>;
    for (const std::size_t before : sizes{0, 5, 15, 16, 300}) {
        for (const std::size_t size : sizes{0, 1, 15, 16, 17, 300}) {
            std::string out(before, 'x');
            const std::string text(size, 'y');
            credence::detail::build_string(out, text);
            CHECK(out == text);
        }
    }
}

TEST_CASE("a string that is too long to be built is left empty") {
    std::string out = "held";
    const std::string_view endless{out.data(), out.max_size() + 1};  // never read: the length alone is refused
    CHECK_THROWS_AS(credence::detail::build_string(out, endless), std::length_error);
    CHECK(out.empty());
}

TEST_CASE("the scan of eight bytes stops where a scan of single bytes does") {
    int wrong = 0;
    std::string text(8, 'x');
    for (std::size_t place = 0; place + 1 < text.size(); ++place) {
        for (int first = 0; first < 256; ++first) {
            for (int second = 0; second < 256; ++second) {
                text.assign(8, 'x');
                text[place] = static_cast<char>(first);
                text[place + 1] = static_cast<char>(second);
                std::size_t expected = 0;
                while (expected < text.size() && is_plain(text[expected])) ++expected;
                if (end_of_plain_word(text.data()) != text.data() + expected) ++wrong;
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("a run ends at the right place, at every alignment and length") {
    for (std::size_t before = 0; before < 40; ++before) {
        for (const char end : {'"', '\\', '\n', '\0', '\x1f'}) {
            const std::string text = '"' + std::string(before, 'x') + end + std::string(json_padding, '\0');
            CHECK(end_of_plain_run(text.data() + 1) == text.data() + 1 + before);
            CHECK(end_of_literal_run(text.data() + 1) == text.data() + 1 + before);
        }
        const std::string longer = '"' + std::string(before, 'x') + "\xc3\xa4y\"" + std::string(json_padding, '\0');
        CHECK(end_of_plain_run(longer.data() + 1) == longer.data() + 1 + before);
        CHECK(end_of_literal_run(longer.data() + 1) == longer.data() + 1 + before + 3);
        const std::string broken = '"' + std::string(before, 'x') + "\xc3\"" + std::string(json_padding, '\0');
        CHECK(end_of_literal_run(broken.data() + 1) == nullptr);
    }
}

TEST_CASE("characters stand for themselves, and each escape for its character") {
    CHECK(said("") == "");
    CHECK(said("abc \x7f") == "abc \x7f");
    CHECK(said(R"(\"\\\/\b\f\n\r\t)") == "\"\\/\b\f\n\r\t");
    CHECK(said(R"(a\u0000b)") == std::string("a\0b", 3));
    CHECK(said(R"(\u0041\u00e4\u20AC\uffff)") == "A\xc3\xa4\xe2\x82\xac\xef\xbf\xbf");
    CHECK(said(R"(\ud83d\uDE00)") == "\xf0\x9f\x98\x80");
    CHECK(said(R"(\udbff\udfff)") == "\xf4\x8f\xbf\xbf");
    CHECK(said("\xc3\xa4\xf0\x9f\x98\x80") == "\xc3\xa4\xf0\x9f\x98\x80");
    CHECK(said("12345678\\n12345678") == "12345678\n12345678");
}

TEST_CASE("malformed strings are refused") {
    for (const std::string_view inside : {"\n",
                                          "\t",
                                          "\x1f",
                                          "\\",
                                          "\\x",
                                          "\\a",
                                          "\\'",
                                          "\\0",
                                          "\\U0041",
                                          "\\u",
                                          "\\u1",
                                          "\\u12",
                                          "\\u123",
                                          "\\u123g",
                                          "\\u 123",
                                          "\\u-123",
                                          "\\ud800",
                                          "\\ud800x",
                                          "\\ud800\\n",
                                          "\\ud800\\u0041",
                                          "\\ud800\\ud800",
                                          "\\udc00",
                                          "\\udc00\\ud800",
                                          "\\ud83d\\u",
                                          "\xff",
                                          "\xc0\x80",
                                          "\xed\xa0\x80",
                                          "\xe2\x82",
                                          "\xf4\x90\x80\x80",
                                          "\x80"}) {
        INFO(inside);
        CHECK_FALSE(said(inside));
    }
    CHECK_FALSE(said(std::string_view{"a\0b", 3}));
    CHECK_FALSE(said(std::string_view{"\\\0", 2}));
}

TEST_CASE("a truncated string is refused, and nothing after the text is read") {
    const std::string_view full = R"(abc\ud83d\ude00\n)";
    for (std::size_t size = 0; size < full.size(); ++size) {
        std::string text{full.substr(0, size)};
        text.append(json_padding, '\0');
        std::string out;
        CHECK(append_string(text.data(), out) == nullptr);
    }
}
