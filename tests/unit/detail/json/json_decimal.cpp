// SPDX-License-Identifier: MIT
// The decimal digits of JSON numbers, and the nearest float or double.
#include <credence/detail/json/json_decimal.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::detail::decimal_digits;
using credence::detail::to_floating;

namespace {

credence::detail::JsonNumber number(std::string_view text) {
    const std::string padded = std::string{text} + std::string(credence::detail::json_padding, '\0');
    credence::detail::JsonNumber taken = credence::detail::take_number(padded.data());
    REQUIRE(taken.text == text);
    taken.text = text;
    return taken;
}

}  // namespace

TEST_CASE("a number becomes the nearest double, or none if it is too large") {
    CHECK(to_floating<double>(number("0.1")) == 0.1);
    CHECK(to_floating<double>(number("9007199254740993")) == 9007199254740992.0);
    CHECK(to_floating<double>(number("1.7976931348623157e308")) == std::numeric_limits<double>::max());
    CHECK(to_floating<double>(number("5e-324")) == std::numeric_limits<double>::denorm_min());
    CHECK(to_floating<double>(number("1e-400")) == 0.0);
    CHECK(std::signbit(*to_floating<double>(number("-1e-400"))));
    CHECK(to_floating<double>(number("0e999999")) == 0.0);
    CHECK(to_floating<double>(number("0.00000001e400")) == std::nullopt);
    for (const std::string_view text : {"1e400", "-1e400", "1e309", "1.8e308", "1e99999999999999999999"}) {
        INFO(text);
        CHECK_FALSE(to_floating<double>(number(text)));
    }
    CHECK_FALSE(to_floating<double>(number(std::string(400, '9'))));
    CHECK(to_floating<double>(number("0." + std::string(400, '0') + "1")) == 0.0);
}

TEST_CASE("a number becomes the nearest float, not the rounding of a double") {
    CHECK(to_floating<float>(number("0.1")) == 0.1F);
    CHECK(to_floating<float>(number("3.4028234663852886e38")) == std::numeric_limits<float>::max());
    CHECK(to_floating<float>(number("1e-45")) == std::numeric_limits<float>::denorm_min());
    CHECK(to_floating<float>(number("1e-50")) == 0.0F);
    CHECK(std::signbit(*to_floating<float>(number("-1e-50"))));
    CHECK_FALSE(to_floating<float>(number("3.5e38")));
    CHECK_FALSE(to_floating<float>(number("-1e39")));
    // A double in between would be a tie, and be rounded to even.
    CHECK(to_floating<float>(number("1.000000059604644775390625000000001")) == std::nextafterf(1.0F, 2.0F));
}

TEST_CASE("subnormal numbers are exact") {
    CHECK(to_floating<double>(number("1e-310")) == 1e-310);
    CHECK(to_floating<double>(number("-4.9406564584124654e-324")) == -std::numeric_limits<double>::denorm_min());
    CHECK(to_floating<double>(number("2.2250738585072011e-308")) == 2.2250738585072011e-308);
    CHECK(to_floating<float>(number("1e-40")) == 1e-40F);
}

TEST_CASE("without from_chars a stream reads the same numbers") {
    using credence::detail::parse_by_stream;
    for (const std::string_view text : {"0", "-0.0", "0.1", "-1.5e2", "1.7976931348623157e308", "5e-324", "1e-310",
                                        "1e400", "-1e309", "9007199254740993", "123456789012345678901234567890"}) {
        INFO(text);
        if (text != "5e-324" && text != "1e-310") {  // subnormals are libc++'s to read: libstdc++ has from_chars
            CHECK(parse_by_stream<double>(text) == to_floating<double>(number(text)));
        }
    }
}

TEST_CASE("the digits of a number start after its zeros") {
    const auto is = [](std::string_view text, std::string_view digits, std::int64_t point, bool negative = false) {
        const auto taken = decimal_digits(text);
        return taken.digits == digits && taken.point == point && taken.negative == negative;
    };
    CHECK(is("0", "", 0));
    CHECK(is("120", "120", 3));
    CHECK(is("-1.25", "125", 1, true));
    CHECK(is("0.0125", "125", -1));
    CHECK(is("125e-4", "125", -1));
    CHECK(is("1e12", "1", 13));
    CHECK(is("1e99999999999999999999", "1", 1'000'000'001));
    CHECK(is("1e-99999999999999999999", "1", -999'999'999));
}
