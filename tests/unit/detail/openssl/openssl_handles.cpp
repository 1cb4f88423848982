// SPDX-License-Identifier: MIT
// Handles free what they own, once, and DER is read as a whole or not at all.
#include <credence/detail/openssl/openssl_handles.hpp>

#include <array>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

int freed = 0;
void count_freed(int*) { ++freed; }
using Counted = Owned<int, count_freed>;

}  // namespace

TEST_CASE("the object of a handle is freed once, however the handle is moved", "[openssl_handles]") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Counted>);
    freed = 0;
    int one = 0, other = 0;
    {
        Counted first{&one};
        Counted second = std::move(first);
        CHECK(second.get() == &one);
        second = Counted{&other};
        CHECK(freed == 1);
        first = std::move(second);
        CHECK(first);
    }
    CHECK(freed == 2);
    Counted released{&one};
    CHECK(released.release() == &one);
    CHECK_FALSE(released);
    CHECK(freed == 2);
}

TEST_CASE("DER with trailing bytes is refused", "[openssl_handles]") {
    const std::array<unsigned char, 4> integer{0x02, 0x01, 0x05, 0x00};
    using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
    const auto read = [](auto at, long size) { return d2i_ASN1_INTEGER(nullptr, at, size); };
    CHECK(read_whole<Integer>(credence::ByteView{integer}.first(3), read));
    CHECK_FALSE(read_whole<Integer>(integer, read));
    CHECK_FALSE(read_whole<Integer>(credence::ByteView{integer}.first(2), read));
}
