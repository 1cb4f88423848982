// SPDX-License-Identifier: MIT
// JSON numbers: the grammar and exact integers.
#include <credence/detail/json/json_number.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::detail::are_digits;
using credence::detail::JsonNumber;
using credence::detail::load_word;
using credence::detail::take_number;
using credence::detail::to_integer;

namespace {

std::string taken(std::string_view text) {
    const std::string padded = std::string{text} + std::string(8, '\0');
    return std::string{take_number(padded.data()).text};
}

JsonNumber number(std::string_view text) {
    const std::string padded = std::string{text} + std::string(8, '\0');
    JsonNumber taken = take_number(padded.data());
    REQUIRE(taken.text == text);
    taken.text = text;
    return taken;
}

template <class Integer>
std::optional<Integer> integer(std::string_view text) {
    return to_integer<Integer>(number(text));
}

}  // namespace

TEST_CASE("a number is read up to its end, and no further") {
    for (const std::string_view text :
         {"0", "-0", "7", "-7", "10", "123456789012345678901234567890", "0.0", "-0.5", "1.25", "1e0", "1E5", "1e+5",
          "1e-5", "0e0", "1.5e300", "0.0000001", "1e999999999999"}) {
        CHECK(taken(text) == text);
        CHECK(taken(std::string{text} + ",1") == text);
        CHECK(taken(std::string{text} + "}") == text);
    }
    CHECK(taken("1-2") == "1");
    CHECK(taken("1.5.6") == "1.5");
    CHECK(taken("1e5e6") == "1e5");
    CHECK(taken("1x") == "1");
}

TEST_CASE("a text that is not a JSON number is not read as one") {
    for (const std::string_view text :
         {"",   "-",   "+1",   "--1",  "- 1",  ".5",  "-.5", "1.",       "1.e5",      "1e",  "1e+", "1e-", "00",
          "01", "-01", "0123", "00.5", "0x1f", "NaN", "nan", "Infinity", "-Infinity", "inf", "a",   "1.x", "1ex"}) {
        INFO(text);
        const auto rest = taken(text);
        CHECK((rest.empty() || text == "0x1f"));  // in 0x1f only the zero is a number
    }
}

TEST_CASE("integers are exact and range-checked") {
    CHECK(integer<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    CHECK(integer<std::int64_t>("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    CHECK_FALSE(integer<std::int64_t>("9223372036854775808"));
    CHECK_FALSE(integer<std::int64_t>("-9223372036854775809"));
    CHECK(integer<std::uint64_t>("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
    CHECK_FALSE(integer<std::uint64_t>("18446744073709551616"));
    CHECK_FALSE(integer<std::uint64_t>("-1"));
    CHECK(integer<std::int8_t>("-128") == std::int8_t{-128});
    CHECK_FALSE(integer<std::int8_t>("128"));
    CHECK(integer<std::uint8_t>("255") == std::uint8_t{255});
    CHECK_FALSE(integer<std::uint8_t>("256"));
    CHECK_FALSE(integer<std::uint8_t>("99999999999999999999999999"));
    CHECK(integer<std::uint32_t>("-0") == 0U);
    CHECK(integer<int>("-0") == 0);
}

TEST_CASE("a number with a fraction or an exponent is not an integer, even if its value is whole") {
    for (const std::string_view text : {"1.0", "0.0", "-0.0", "1e0", "1E2", "10e-1"}) {
        INFO(text);
        CHECK_FALSE(integer<std::int64_t>(text));
        CHECK_FALSE(integer<std::uint8_t>(text));
    }
}

TEST_CASE("numbers: eight characters are digits when each of them is") {
    int disagreements = 0;
    for (std::size_t place = 0; place < 8; ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = "90817263";
            text[place] = static_cast<char>(byte);
            const bool expected = byte >= '0' && byte <= '9';
            disagreements += are_digits(load_word(text.data())) == expected ? 0 : 1;
        }
    }
    CHECK(disagreements == 0);
}

TEST_CASE("numbers: eight digits at a time give the same value as one by one") {
    for (std::size_t size = 1; size <= 18; ++size) {
        const std::string digits = std::string{"918273645564738291"}.substr(0, size);
        INFO(digits);
        CHECK(integer<std::int64_t>(digits) == std::stoll(digits));
        CHECK(taken(digits + "x1234567") == digits);
        CHECK(taken(digits + ".25e1,") == digits + ".25e1");
        CHECK(taken("0." + digits + "]") == "0." + digits);
    }
}
