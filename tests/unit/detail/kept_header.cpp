// SPDX-License-Identifier: MIT
// The header in a proof: the usual one is shared, any other is copied, and both stay what they were.
#include <credence/detail/kept_header.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "support/catch.hpp"

using credence::Header;
using credence::detail::KeptHeader;
using credence::detail::lasting_header;

TEST_CASE("there is a lasting header for each algorithm, and it is equal to the one asked for") {
    for (const std::string_view name : credence::detail::KnownAlgorithms::names) {
        const Header usual{std::string{name}, "", "JWT"};
        const Header* lasting = lasting_header(usual);
        INFO(name);
        REQUIRE(lasting != nullptr);
        CHECK(*lasting == usual);
        CHECK(lasting != &usual);
        CHECK(lasting_header(usual) == lasting);
    }
}

TEST_CASE("no other header lasts") {
    for (const Header& other :
         {Header{}, Header{"HS256", "", ""}, Header{"HS256", "k", "JWT"}, Header{"HS256", "", "jwt"},
          Header{"none", "", "JWT"}, Header{"hs256", "", "JWT"}, Header{"HS256", "", "at+jwt"}}) {
        CHECK(lasting_header(other) == nullptr);
    }
}

TEST_CASE("a header is kept when the one that was read is gone, in copies too") {
    for (const Header& expected :
         {Header{"RS256", "a key id of more than fifteen letters", "JWT"}, Header{"HS256", "", "JWT"}}) {
        auto read = std::make_unique<Header>(expected);
        auto kept = std::make_unique<KeptHeader>(credence::detail::HeaderView{*read, lasting_header(*read)});
        read.reset();
        CHECK(kept->get() == expected);
        const KeptHeader copy = *kept;
        KeptHeader moved = std::move(*kept);
        kept.reset();
        CHECK(copy.get() == expected);
        CHECK(moved.get() == expected);
        moved = copy;
        CHECK(moved.get() == expected);
    }
}
