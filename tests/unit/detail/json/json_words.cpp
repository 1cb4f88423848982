// SPDX-License-Identifier: MIT
// Scans of eight bytes at a time: for a character, and past white space.
#include <credence/detail/json/json_words.hpp>

#include <cstddef>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace detail = credence::detail;

TEST_CASE("a character is counted at any place") {
    for (std::size_t size = 0; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'a');
            text[at] = '\\';
            text[size / 2] = '\\';
            CHECK(detail::count_of(text, '\\') == (at == size / 2 ? 1U : 2U));
        }
        CHECK(detail::count_of(std::string(size, '\\'), '\\') == size);
        CHECK(detail::count_of(std::string(size, '\xdc'), '\\') == 0);
    }
}

TEST_CASE("white space ends at the same place, however long and mixed it is") {
    constexpr std::string_view spaces = " \n\t\r";
    for (std::size_t size = 0; size < 60; ++size) {
        for (const char end : {'a', '{', '\0', '\x0b', '\x1f', '!', '\x80', '\xa0', '\x89'}) {
            std::string text;
            for (std::size_t index = 0; index < size; ++index) text += spaces[(index * index + size) % spaces.size()];
            text += end;
            text.append(detail::json_padding, '\0');
            CHECK(detail::end_of_space(text.data()) == text.data() + size);
        }
    }
}
