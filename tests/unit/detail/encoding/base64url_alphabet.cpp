// SPDX-License-Identifier: MIT
// The alphabet has each of its 64 characters once, and the sizes of text and bytes convert both ways.
#include <credence/detail/encoding/base64url_alphabet.hpp>

#include <set>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("the alphabet is that of RFC 4648 §5", "[base64url_alphabet]") {
    CHECK(std::set<char>(base64url_alphabet.begin(), base64url_alphabet.end()).size() == 64);
    CHECK(base64url_alphabet.substr(62) == "-_");
}

TEST_CASE("a size in bytes converts to a size in characters and back", "[base64url_alphabet]") {
    for (std::size_t size = 0; size < 100; ++size) {
        CHECK(base64url_decoded_size(base64url_encoded_size(size)) == size);
    }
    CHECK(base64url_encoded_size(1) == 2);
    CHECK(base64url_encoded_size(2) == 3);
    CHECK(base64url_encoded_size(3) == 4);
}
