// SPDX-License-Identifier: MIT
// The header that applications see.
#include <credence/jwt/header.hpp>

#include "support/catch.hpp"

TEST_CASE("headers compare by all their members") {
    const credence::Header header{"HS256", "k1", "JWT"};
    CHECK(header == credence::Header{"HS256", "k1", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS384", "k1", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS256", "k2", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS256", "k1", "at+jwt"});
}
