// SPDX-License-Identifier: MIT
// NumericDates in JSON: rounded down without a double, and the reason why a number is not a date.
#include <credence/detail/json/json_date.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace {

credence::detail::JsonNumber number(std::string_view text) {
    const std::string padded = std::string{text} + std::string(credence::detail::json_padding, '\0');
    credence::detail::JsonNumber taken = credence::detail::take_number(padded.data());
    REQUIRE(taken.text == text);
    taken.text = text;
    return taken;
}

/// The seconds of a date; an empty text if the number is not a date.
std::string date(std::string_view text) {
    const auto read = credence::detail::to_date(number(text));
    return read ? std::to_string(read->time_since_epoch().count()) : std::string{};
}

}  // namespace

TEST_CASE("dates are rounded down, exactly") {
    CHECK(date("0") == "0");
    CHECK(date("-0") == "0");
    CHECK(date("1700000000") == "1700000000");
    CHECK(date("1700000000.0") == "1700000000");
    CHECK(date("1700000000.5") == "1700000000");
    CHECK(date("-0.5") == "-1");
    CHECK(date("-1.5") == "-2");
    CHECK(date("1.7e9") == "1700000000");
    CHECK(date("17e8") == "1700000000");
    CHECK(date("1700000000000e-3") == "1700000000");
    CHECK(date("1700000000999e-3") == "1700000000");
    CHECK(date("0.0000000017e18") == "1700000000");
    CHECK(date("0e99999999999999999999") == "0");
    CHECK(date("0.000e-99999999999999999999") == "0");
    CHECK(date("1e-99999999999999999999") == "0");
    CHECK(date("-1e-400") == "-1");
    // 2^53 + 1 + a half would be a whole number as a double.
    CHECK(date("1." + std::string(400, '0') + "1") == "1");
    CHECK(date("0." + std::string(400, '0')) == "0");
    CHECK(date("12345.99999999999999999999999999") == "12345");
}

TEST_CASE("dates outside the years 1 to 9999 are refused") {
    CHECK(date("253402300799") == "253402300799");
    CHECK(date("-62135596800") == "-62135596800");
    CHECK(date("253402300798.5") == "253402300798");
    for (const std::string_view text :
         {"253402300800", "-62135596801", "253402300799.1", "-62135596800.1", "1e12", "2e11000", "9007199254740993",
          "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
          "-9223372036854775808", "1e400", "-1e400", "1e99999999999999999999", "99999999999999999999999999999.5"}) {
        INFO(text);
        CHECK(date(text).empty());
    }
}

TEST_CASE("a date of 13 digits is reported as milliseconds") {
    const auto reason = [](std::string_view text) { return credence::detail::why_no_date(number(text)); };
    for (const std::string_view text : {"1795909842000", "-1795909842000", "1795909842000.25", "1.795909842e12"}) {
        INFO(text);
        CHECK(date(text).empty());
        CHECK(reason(text) == "in milliseconds; a NumericDate is in seconds");
    }
    for (const std::string_view text : {"253402300800", "17959098420000", "1e400", "1795909842000000000"}) {
        INFO(text);
        CHECK(date(text).empty());
        CHECK(reason(text) == "a date outside the years 1 to 9999");
    }
}
