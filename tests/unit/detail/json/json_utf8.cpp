// SPDX-License-Identifier: MIT
// UTF-8 against the definition in RFC 3629.
#include <credence/detail/json/json_utf8.hpp>
#include <credence/detail/json/json_words.hpp>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"

using credence::detail::append_utf8;
using credence::detail::end_of_run_by_sequences;
using credence::detail::end_of_utf8_run;
using credence::detail::json_padding;
using credence::detail::utf8_sequence;

namespace {

/// The length of the sequence by RFC 3629 §3: the sequence is decoded, and must be the encoding of the result.
std::size_t by_definition(const std::string& bytes) {
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
    const std::size_t length = at(0) >= 0xf0 ? 4 : at(0) >= 0xe0 ? 3 : at(0) >= 0xc0 ? 2 : 0;
    if (length == 0 || at(0) >= 0xf8) return 0;
    std::uint32_t code_point = at(0) & (0x7fU >> length);
    for (std::size_t index = 1; index < length; ++index) {
        if ((at(index) & 0xc0) != 0x80) return 0;
        code_point = code_point << 6 | (at(index) & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code_point < least[length] || code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) return 0;
    return length;
}

/// A run as in a string, whose quote and first character are before it.
bool is_same_end(const std::string& run) {
    const std::string text = "\"\xc3\xa9" + run + std::string(json_padding, '\0');
    return end_of_utf8_run(text.data() + 3) == end_of_run_by_sequences(text.data() + 3);
}

}  // namespace

TEST_CASE("UTF-8: every sequence of two and three bytes is accepted or refused as RFC 3629 says") {
    int wrong = 0;
    std::string bytes(4 + json_padding, '\0');
    for (unsigned first = 0x80; first < 0xf0; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            for (unsigned third = 0; third < 256;
                 third += first < 0xe0 ? 0x40 : 1) {  // of which two bytes know nothing
                bytes[0] = static_cast<char>(first);
                bytes[1] = static_cast<char>(second);
                bytes[2] = static_cast<char>(third);
                if (utf8_sequence(bytes.data()) != by_definition(bytes)) ++wrong;
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("UTF-8: sequences of four bytes are accepted or refused as RFC 3629 says") {
    int wrong = 0;
    std::string bytes(4 + json_padding, '\0');
    for (unsigned first = 0xf0; first < 256; ++first) {
        for (unsigned second = 0; second < 256; ++second) {
            for (const unsigned third : {0x00U, 0x22U, 0x7fU, 0x80U, 0xbfU, 0xc0U, 0xffU}) {
                for (const unsigned fourth : {0x00U, 0x22U, 0x7fU, 0x80U, 0xbfU, 0xc0U, 0xffU}) {
                    bytes[0] = static_cast<char>(first);
                    bytes[1] = static_cast<char>(second);
                    bytes[2] = static_cast<char>(third);
                    bytes[3] = static_cast<char>(fourth);
                    if (utf8_sequence(bytes.data()) != by_definition(bytes)) ++wrong;
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("UTF-8: every code point is written and read back, surrogates excepted") {
    int wrong = 0;
    for (std::uint32_t code_point = 0x80; code_point <= 0x10ffff; ++code_point) {
        std::string bytes;
        append_utf8(bytes, code_point);
        const std::size_t length = bytes.size();
        bytes.append(json_padding, '\0');
        const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
        if (utf8_sequence(bytes.data()) != (surrogate ? 0 : length)) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("UTF-8: a run of sixteen bytes at a time ends as one of single sequences does") {
    const std::vector<std::string> pieces{"a",
                                          "abcdefg",
                                          "\x7f",
                                          "\xc2\x80",
                                          "\xdf\xbf",
                                          "\xe0\xa0\x80",
                                          "\xed\x9f\xbf",
                                          "\xef\xbf\xbf",
                                          "\xf0\x90\x80\x80",
                                          "\xf4\x8f\xbf\xbf",
                                          "\x80",
                                          "\xbf",
                                          "\xc0\x80",
                                          "\xc1\xbf",
                                          "\xe0\x9f\xbf",
                                          "\xed\xa0\x80",
                                          "\xf0\x8f\xbf\xbf",
                                          "\xf4\x90\x80\x80",
                                          "\xf5",
                                          "\xff",
                                          "\xc2",
                                          "\xe1\x80",
                                          "\xf1\x80\x80",
                                          "\"",
                                          "\\",
                                          "\x1f"};
    std::mt19937 random{5};
    for (int round = 0; round < 100'000; ++round) {
        std::string run;
        const std::size_t kinds = random() % 3 == 0 ? pieces.size() : 10;  // mostly of valid pieces alone
        for (std::size_t left = random() % 30; left > 0; --left) run += pieces[random() % kinds];
        run += pieces[random() % pieces.size()];
        INFO(run);
        REQUIRE(is_same_end(run));
    }
}

TEST_CASE("UTF-8: each pair of bytes is checked at each place of a block") {
    int wrong = 0;
    for (std::size_t before = 0; before < 17; ++before) {
        for (int first = 0; first < 256; ++first) {
            for (int second = 0; second < 256; ++second) {
                std::string run(before, 'x');
                run += static_cast<char>(first);
                run += static_cast<char>(second);
                run += "\x80\x80\"";
                if (!is_same_end(run)) ++wrong;
            }
        }
    }
    CHECK(wrong == 0);
}
