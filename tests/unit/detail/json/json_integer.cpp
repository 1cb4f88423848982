// SPDX-License-Identifier: MIT
// Integers as text: the same as std::to_chars writes, also for dates of today, which have a faster path.
#include <credence/detail/json/json_integer.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string>

#include "support/catch.hpp"

using credence::detail::write_integer;

namespace {

template <class Integer>
std::string text_of(Integer value) {
    std::array<char, credence::detail::longest_integer> text{};
    return {text.data(), write_integer(text.data(), value)};
}

}  // namespace

TEST_CASE("integers of ten digits are written like all others") {
    for (std::int64_t value = 1'000'000'000; value < 10'000'000'000; value += 1'234'567) {
        REQUIRE(text_of(value) == std::to_string(value));
        REQUIRE(text_of(static_cast<std::uint64_t>(value)) == std::to_string(value));
    }
    for (std::int64_t power = 1; power < 10'000'000'000; power *= 10) {
        for (const std::int64_t below : {std::int64_t{1'000'000'000}, std::int64_t{9'999'999'999}}) {
            const std::int64_t value = below == 1'000'000'000 ? below + power - 1 : below - power + 1;
            CHECK(text_of(value) == std::to_string(value));
        }
    }
}

TEST_CASE("integers of other lengths are written, too, and the lowest and the highest of each type") {
    for (const std::int64_t value : {0LL, -1LL, 9LL, 999'999'999LL, 10'000'000'000LL, -1'000'000'000LL}) {
        CHECK(text_of(value) == std::to_string(value));
    }
    CHECK(text_of(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(text_of(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(text_of(std::numeric_limits<std::int32_t>::min()) == "-2147483648");
    CHECK(text_of(std::numeric_limits<std::uint8_t>::max()) == "255");
}
