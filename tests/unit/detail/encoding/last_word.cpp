// SPDX-License-Identifier: MIT
// last_word: the bytes behind the last whole word of a text, read one by one for comparison.
#include <credence/detail/encoding/last_word.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "support/catch.hpp"

TEST_CASE("the end of a text of any length is its last bytes, and no byte outside the text is read") {
    for (std::size_t size = 0; size <= 40; ++size) {
        // Of its own size, so that AddressSanitizer and valgrind see a byte too far.
        const auto bytes = std::make_unique<char[]>(size);
        for (std::size_t at = 0; at < size; ++at) bytes[at] = static_cast<char>(0xf1 + 3 * at);
        std::uint64_t expected = 0;
        for (std::size_t at = size / 8 * 8; at < size; ++at)
            expected |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << 8 * (at % 8);
        CAPTURE(size);
        CHECK(credence::detail::last_word({bytes.get(), size}) == expected);
    }
    CHECK(credence::detail::last_word({}) == 0);
}
