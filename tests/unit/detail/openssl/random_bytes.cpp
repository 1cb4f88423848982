// SPDX-License-Identifier: MIT
// Random bytes.
#include <credence/detail/openssl/random_bytes.hpp>

#include <array>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("random bytes are generated", "[openssl]") {
    std::array<unsigned char, 32> first{};
    std::array<unsigned char, 32> second{};
    REQUIRE(fill_random(first));
    REQUIRE(fill_random(second));
    CHECK(first != second);
}
