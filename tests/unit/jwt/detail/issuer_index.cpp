// SPDX-License-Identifier: MIT
// Finds the verifier for an issuer among many.
#include <credence/jwt/detail/issuer_index.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

using credence::Accept;
using credence::detail::IssuerIndex;

TEST_CASE("the first verifier that names an issuer is found, and none for another issuer") {
    IssuerIndex index;
    CHECK_FALSE(index.find("a"));
    index.add(Accept{"a"}, 0);
    index.add(Accept{}, 1);
    index.add(Accept{std::vector<std::string>{"b", "a", "c"}}, 2);
    index.add(Accept{""}, 3);
    index.add(Accept{"c"}, 4);
    CHECK(index.find("a") == 0);
    CHECK(index.find("b") == 2);
    CHECK(index.find("c") == 2);
    CHECK_FALSE(index.find(""));
    CHECK_FALSE(index.find("A"));
}

TEST_CASE("each of a thousand issuers is found, in a copy of the index too") {
    IssuerIndex index;
    for (std::size_t number = 0; number < 1000; ++number)
        index.add(Accept{"https://id-" + std::to_string(number) + ".example"}, number);
    const IssuerIndex copy = index;
    for (std::size_t number = 0; number < 1000; ++number) {
        CHECK(index.find("https://id-" + std::to_string(number) + ".example") == number);
        CHECK(copy.find("https://id-" + std::to_string(number) + ".example") == number);
    }
    CHECK_FALSE(index.find("https://id-1000.example"));
}
