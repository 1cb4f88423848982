// SPDX-License-Identifier: MIT
// Keys made of their numbers, and the table of curves.
#include <credence/keys/detail/key_parameters.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

namespace {

ByteView bytes(std::string_view text) { return as_bytes(text); }

}  // namespace

TEST_CASE("a key is made from numbers, and OpenSSL refuses invalid ones", "[key_parameters]") {
    KeyParameters good;
    std::string modulus(256, '\xff');
    REQUIRE(good.add_number(OSSL_PKEY_PARAM_RSA_N, bytes(modulus)));
    REQUIRE(good.add_number(OSSL_PKEY_PARAM_RSA_E, bytes("\x01\x01")));
    const KeyHandle key = good.make("RSA");
    REQUIRE(key);
    CHECK(EVP_PKEY_get_bits(key.get()) == 2048);

    KeyParameters incomplete;
    REQUIRE(incomplete.add_number(OSSL_PKEY_PARAM_RSA_E, bytes("\x03")));
    CHECK_FALSE(incomplete.make("RSA"));
    KeyParameters unknown;
    CHECK_FALSE(unknown.make("no such type"));
}

TEST_CASE("a point that is not on its curve is refused", "[key_parameters]") {
    KeyParameters parameters;
    parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1");
    parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, SecretBytes{bytes(std::string(1, '\x04') + std::string(64, '\x01'))});
    CHECK_FALSE(parameters.make("EC"));
}

TEST_CASE("a curve is found by its object identifier", "[key_parameters]") {
    for (const NamedCurve& curve : ec_curves) CHECK(curve_with_oid(bytes(curve.oid), ec_curves) == &curve);
    for (const NamedCurve& curve : okp_curves) CHECK(curve_with_oid(bytes(curve.oid), okp_curves) == &curve);
    CHECK(curve_with_oid(bytes("+er"), okp_curves) == nullptr);
    CHECK(curve_with_oid({}, ec_curves) == nullptr);
}
