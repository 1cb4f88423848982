// SPDX-License-Identifier: MIT
// Compares sixty-four characters at once.
#include <credence/detail/json/character_masks.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "support/catch.hpp"

namespace detail = credence::detail;

namespace {

/// Sixty-four random characters of a few, so that each is there several times.
std::string random_text(std::mt19937& random) {
    const std::string alphabet = std::string{"{[}]\"\\ iss:\x5c\x7f\x80\xfb\xdb", 17} + '\0';
    std::string text;
    while (text.size() < detail::CharacterMasks::size) text += alphabet[random() % alphabet.size()];
    return text;
}

/// The same, character by character.
template <class Predicate>
std::uint64_t mask_of(const std::string& text, Predicate is_wanted) {
    std::uint64_t mask = 0;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (is_wanted(text[at])) mask |= std::uint64_t{1} << at;
    return mask;
}

}  // namespace

TEST_CASE("a bit of a mask is set where the text has the character") {
    std::mt19937 random{5};
    for (int round = 0; round < 2'000; ++round) {
        const std::string text = random_text(random);
        const detail::CharacterMasks characters{text.data()};
        INFO(text);
        for (const char wanted : {'"', '\\', 's', '\0', '\x7f'})
            REQUIRE(characters.of(wanted) == mask_of(text, [&](char character) { return character == wanted; }));
        REQUIRE(characters.of_brackets('{') == mask_of(text, [](char one) { return one == '{' || one == '['; }));
        REQUIRE(characters.of_brackets('}') == mask_of(text, [](char one) { return one == '}' || one == ']'; }));
    }
}

TEST_CASE("marks are packed without an instruction for it as with one") {
    std::mt19937 random{6};
    for (int round = 0; round < 2'000; ++round) {
        std::uint64_t expected = 0;
        std::array<detail::ByteBlock, 4> marks{};
        for (std::size_t at = 0; at < 64; ++at) {
            if (random() % 3 != 0) continue;
            marks[at / 16][at % 16] = 0xff;
            expected |= std::uint64_t{1} << at;
        }
        REQUIRE(detail::packed_marks(marks) == expected);
        REQUIRE(detail::mask_of_marks(marks) == expected);
    }
}
