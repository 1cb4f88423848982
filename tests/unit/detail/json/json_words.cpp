// SPDX-License-Identifier: MIT
// Scans of eight bytes at a time.
#include <credence/detail/json/json_words.hpp>

#include <cstddef>
#include <string>

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
