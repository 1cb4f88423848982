// SPDX-License-Identifier: MIT
// Percent-encoding is decoded, and refused where it is no encoding of a byte.
#include <credence/detail/encoding/percent.hpp>

#include <string>

#include "support/catch.hpp"

using credence::detail::percent_decoded;

TEST_CASE("percent-encoding stands for bytes, in digits of either case", "[percent]") {
    CHECK(percent_decoded("") == "");
    CHECK(percent_decoded("a+b") == "a+b");
    CHECK(percent_decoded("%41%6a%6A%2f%2F") == "Ajj//");
    CHECK(percent_decoded("%25 41") == "% 41");
    CHECK(percent_decoded("%00%ff") == std::string{"\0\xff", 2});
}

TEST_CASE("a percent sign without two hexadecimal digits is refused", "[percent]") {
    for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%-1", "%+1", "% 1", "%1 ", "%%41", "%0x41"}) {
        CAPTURE(text);
        CHECK_FALSE(percent_decoded(text));
    }
}
