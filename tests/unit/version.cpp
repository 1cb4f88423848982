// SPDX-License-Identifier: MIT
// The version's two spellings.
#include <credence/version.hpp>

#include <string>

#include "support/catch.hpp"

TEST_CASE("the version number equals the version text") {
    constexpr int number = CREDENCE_VERSION_NUMBER;
    const std::string text =
        std::to_string(number / 10000) + '.' + std::to_string(number / 100 % 100) + '.' + std::to_string(number % 100);
    CHECK(text == CREDENCE_VERSION);
}
