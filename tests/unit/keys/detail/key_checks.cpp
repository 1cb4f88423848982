// SPDX-License-Identifier: MIT
// Which keys an algorithm may use: each refusal with its reason, and the properties that are read from OpenSSL's keys.
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/pem_key.hpp>

#include <string_view>
#include <utility>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

namespace {

KeyHandle key_of(std::string_view pem, KeyHalf half = KeyHalf::public_half) {
    auto key = read_pem(pem, half, {});
    REQUIRE(key);
    return *std::move(key);
}

/// The reason why a public key is refused for an algorithm; empty if it is accepted.
template <class Alg>
std::string_view refusal(std::string_view pem) {
    const auto checked = check_public_half(key_of(pem).get(), detail::scheme_of<Alg>);
    return checked ? std::string_view{} : checked.error().reason;
}

}  // namespace

TEST_CASE("a key of the algorithm's type, size and curve is accepted", "[key_checks]") {
    CHECK(refusal<RS256>(files::rsa_public).empty());
    CHECK(refusal<PS384>(files::rsa_public).empty());
    CHECK(refusal<ES256>(files::p256_public).empty());
    CHECK(refusal<ES512>(files::p521_public).empty());
    CHECK(refusal<ES256K>(files::secp256k1_public).empty());
    CHECK(refusal<EdDSA>(files::ed25519_public).empty());
    CHECK(refusal<EdDSA>(files::ed448_public).empty());
}

TEST_CASE("any other key is refused with its reason", "[key_checks]") {
    CHECK(refusal<ES256>(files::rsa_public) == another_key_type);
    CHECK(refusal<RS256>(files::p256_public) == another_key_type);
    CHECK(refusal<HS256>(files::rsa_public) == another_key_type);
    CHECK(refusal<EdDSA>(files::p256_public) == another_key_type);
    CHECK(refusal<ES256>(files::p384_public) == another_curve);
    CHECK(refusal<Ed448>(files::ed25519_public) == another_curve);
    CHECK(refusal<RS256>(files::rsa_1024_public) == "an RSA key of less than 2048 bits");
    CHECK(refusal<RS256>(files::rsa_e3_public) == "an RSA key with an exponent below 65537");
    CHECK(refusal<ES256>(files::p256_public_explicit) == "explicit curve parameters are not allowed");
}

TEST_CASE("a private half is recognised", "[key_checks]") {
    CHECK(has_private_half(key_of(files::rsa_private, KeyHalf::private_half).get(), Family::rsa_pkcs1));
    CHECK(has_private_half(key_of(files::p256_private, KeyHalf::private_half).get(), Family::ecdsa));
    CHECK(has_private_half(key_of(files::ed25519_private, KeyHalf::private_half).get(), Family::eddsa));
    CHECK_FALSE(has_private_half(key_of(files::rsa_public).get(), Family::rsa_pss));
    CHECK_FALSE(has_private_half(key_of(files::p256_public).get(), Family::ecdsa));
    CHECK_FALSE(has_private_half(key_of(files::ed448_public).get(), Family::eddsa));
}

TEST_CASE("the family, the curve and the numbers of a key are read", "[key_checks]") {
    CHECK(family_of(key_of(files::rsa_public).get()) == Family::rsa_pkcs1);
    CHECK(family_of(key_of(files::p384_public).get()) == Family::ecdsa);
    CHECK(family_of(key_of(files::ed25519_public).get()) == Family::eddsa);
    CHECK(curve_with_id(curve_id_of(key_of(files::p384_public).get()))->curve == Curve::p384);
    CHECK(curve_with_id(NID_undef) == nullptr);
    CHECK(number_of(key_of(files::rsa_public).get(), OSSL_PKEY_PARAM_RSA_N));
    CHECK_FALSE(number_of(key_of(files::rsa_public).get(), OSSL_PKEY_PARAM_RSA_D));
    CHECK(private_bytes_of(key_of(files::ed25519_private, KeyHalf::private_half).get()).size() == 32);
    CHECK(private_bytes_of(key_of(files::ed25519_public).get()).size() == 0);
}
