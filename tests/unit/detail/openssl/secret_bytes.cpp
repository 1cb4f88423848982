// SPDX-License-Identifier: MIT
// Bytes that are wiped when they are dropped.
#include <credence/detail/openssl/secret_bytes.hpp>

#include <array>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("bytes can be moved, and not copied", "[secret]") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<SecretBytes>);
    STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<SecretBytes>);
    SecretBytes first{as_bytes("one")};
    SecretBytes second{std::move(first)};
    CHECK(as_text(second.view()) == "one");
    SecretBytes third{as_bytes("another")};
    third = std::move(second);
    CHECK(as_text(third.view()) == "one");
    third.shrink(2);
    CHECK(as_text(third.view()) == "on");
}

TEST_CASE("an array on the stack is wiped when the scope ends", "[secret]") {
    std::array<unsigned char, 4> bytes{1, 2, 3, 4};
    {
        const WipeAtExit wipe{bytes};
        CHECK(bytes[3] == 4);
    }
    CHECK(bytes == std::array<unsigned char, 4>{});
}
