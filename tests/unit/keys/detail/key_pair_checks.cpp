// SPDX-License-Identifier: MIT
// Whether the halves of a pair belong together, and the public half as an object of its own.
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/pem_key.hpp>

#include <string_view>
#include <utility>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
using namespace credence::detail;
namespace files = support::key_files;

namespace {

KeyHandle pair_of(std::string_view pem) {
    auto key = read_pem(pem, KeyHalf::private_half, {});
    REQUIRE(key);
    return *std::move(key);
}

}  // namespace

TEST_CASE("the halves of a valid pair belong together", "[key_pair_checks]") {
    CHECK(has_own_private_half(pair_of(files::rsa_private).get(), Family::rsa_pkcs1));
    CHECK(has_own_private_half(pair_of(files::p256_private).get(), Family::ecdsa));
    CHECK(has_own_private_half(pair_of(files::ed25519_private).get(), Family::eddsa));
}

TEST_CASE("halves of two pairs do not belong together", "[key_pair_checks]") {
    const KeyHandle one{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    const KeyHandle other{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    const Number secret = number_of(one.get(), OSSL_PKEY_PARAM_PRIV_KEY);
    SecretBytes digits{32};
    REQUIRE(BN_bn2binpad(secret.get(), digits.data(), 32) == 32);
    SecretBytes point{65};
    std::size_t size = 0;
    REQUIRE(EVP_PKEY_get_octet_string_param(other.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), 65, &size) == 1);
    KeyParameters parameters;
    parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1");
    parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, std::move(point));
    REQUIRE(parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, digits.view()));
    const KeyHandle mixed = parameters.make("EC");
    REQUIRE(mixed);
    CHECK_FALSE(has_own_private_half(mixed.get(), Family::ecdsa));
}

TEST_CASE("the public half is an object without the private one", "[key_pair_checks]") {
    for (const std::string_view pem : {files::rsa_private, files::p256_private, files::ed25519_private}) {
        const KeyHandle pair = pair_of(pem);
        const KeyHandle half = public_half_of(pair.get());
        REQUIRE(half);
        CHECK(EVP_PKEY_eq(half.get(), pair.get()) == 1);
        CHECK_FALSE(has_private_half(half.get(), family_of(half.get())));
        CHECK(public_der(pair.get()).size() == public_der(half.get()).size());
    }
}
