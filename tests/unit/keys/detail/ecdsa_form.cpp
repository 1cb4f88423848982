// SPDX-License-Identifier: MIT
// ECDSA signatures between r‖s and DER: exact lengths, ranges, signs and leading zeros.
#include <credence/keys/detail/ecdsa_form.hpp>

#include <array>
#include <cstddef>
#include <vector>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

using Bytes = std::vector<unsigned char>;
using Der = std::array<unsigned char, longest_ecdsa_der>;

const Bytes order{0xf0, 0x00, 0x01};

Bytes to_der(const Bytes& raw) {
    Der der;
    const std::size_t size = ecdsa_raw_to_der(raw, order, der);
    return {der.begin(), der.begin() + static_cast<std::ptrdiff_t>(size)};
}

bool to_raw(const Bytes& der, Bytes& raw) {
    raw.assign(2 * order.size(), 0xee);
    return ecdsa_der_to_raw(der, order.size(), raw.data());
}

}  // namespace

TEST_CASE("numbers lose their leading zeros and get a sign byte where they need one", "[ecdsa_form]") {
    CHECK(to_der({0, 0, 1, 0, 0x7f, 0xff}) == Bytes{0x30, 7, 2, 1, 1, 2, 2, 0x7f, 0xff});
    CHECK(to_der({0, 0, 0x80, 0xef, 0xff, 0xff}) == Bytes{0x30, 10, 2, 2, 0, 0x80, 2, 4, 0, 0xef, 0xff, 0xff});
}

TEST_CASE("r and s must lie in [1, n - 1]", "[ecdsa_form][attack-6]") {
    CHECK(to_der({0, 0, 0, 0, 0, 0}).empty());
    CHECK(to_der({0, 0, 0, 0, 0, 1}).empty());
    CHECK(to_der({0, 0, 1, 0, 0, 0}).empty());
    CHECK(to_der({0xf0, 0, 1, 0, 0, 1}).empty());
    CHECK(to_der({0, 0, 1, 0xf0, 0, 1}).empty());
    CHECK(to_der({0xff, 0xff, 0xff, 0, 0, 1}).empty());
    CHECK_FALSE(to_der({0xf0, 0, 0, 0xf0, 0, 0}).empty());
}

TEST_CASE("the length is exact", "[ecdsa_form][attack-7]") {
    CHECK(to_der({}).empty());
    CHECK(to_der({0, 0, 1, 0, 1}).empty());
    CHECK(to_der({0, 0, 1, 0, 0, 1, 0}).empty());
}

TEST_CASE("DER converts back to r and s, padded with zeros", "[ecdsa_form]") {
    Bytes raw;
    for (const Bytes& wanted : {Bytes{0, 0, 1, 0, 0x7f, 0xff}, Bytes{0, 0, 0x80, 0xef, 0xff, 0xff}}) {
        REQUIRE(to_raw(to_der(wanted), raw));
        CHECK(raw == wanted);
    }
}

TEST_CASE("the longest signature fits, with a length of two bytes", "[ecdsa_form]") {
    const Bytes longest_order(longest_coordinate, 0xff);
    Bytes number(2 * longest_coordinate, 0xfe);
    Der der;
    CHECK(ecdsa_raw_to_der(number, longest_order, der) == longest_ecdsa_der);
    CHECK(der[1] == 0x81);
    Bytes raw(number.size());
    REQUIRE(ecdsa_der_to_raw(der, longest_coordinate, raw.data()));
    CHECK(raw == number);
}

TEST_CASE("a text that is not the DER of two numbers is refused", "[ecdsa_form]") {
    Bytes raw;
    const Bytes good = to_der({0, 0, 1, 0, 0x7f, 0xff});
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK_FALSE(to_raw({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)}, raw));
    }
    CHECK_FALSE(to_raw({0x31, 7, 2, 1, 1, 2, 2, 0x7f, 0xff}, raw));
    CHECK_FALSE(to_raw({0x30, 7, 3, 1, 1, 2, 2, 0x7f, 0xff}, raw));
    CHECK_FALSE(to_raw({0x30, 8, 2, 1, 1, 2, 2, 0x7f, 0xff, 0}, raw));
    CHECK_FALSE(to_raw({0x30, 9, 2, 4, 1, 1, 1, 1, 2, 1, 1}, raw));
    CHECK_FALSE(to_raw({0x30, 6, 2, 9, 1, 2, 1, 1}, raw));
    CHECK_FALSE(to_raw({0x30, 6, 2, 0x81, 1, 1, 2, 1}, raw));
}
