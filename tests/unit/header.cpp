// SPDX-License-Identifier: MIT
// The headers that applications meet.
#include <credence/header.hpp>

#include "support/catch.hpp"

TEST_CASE("the header to encode is of type JWT, without a key id, unless one says otherwise") {
    const credence::HeaderOptions usual;
    CHECK(usual.type == "JWT");
    CHECK(usual.kid.empty());
    const credence::HeaderOptions access{.type = "at+jwt", .kid = "k1"};
    CHECK(access.type == "at+jwt");
    CHECK(access.kid == "k1");
}

TEST_CASE("headers compare by all their members") {
    const credence::Header header{"HS256", "k1", "JWT"};
    CHECK(header == credence::Header{"HS256", "k1", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS384", "k1", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS256", "k2", "JWT"});
    CHECK_FALSE(header == credence::Header{"HS256", "k1", "at+jwt"});
}
