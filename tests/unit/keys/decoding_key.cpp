// SPDX-License-Identifier: MIT
// The half that verifies: the texts and bytes from which it is made, and that it is a source of keys.
#include <credence/keys/decoding_key.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

using namespace credence;
namespace files = support::key_files;
using support::keys_of;
using support::sign;
using support::verifies;

TEST_CASE("the null pointer of getenv for an unset variable is refused", "[keys]") {
    const char* const unset = nullptr;
    CHECK(Keys<HS256>::from_secret(unset).error().code == Errc::key_too_short);
    CHECK(DecodingKey<RS256>::from_pem(unset).error().code == Errc::invalid_key);
    CHECK(Keys<RS256>::from_pem(unset).error().code == Errc::invalid_key);
    CHECK(Keys<ES256>::from_jwk(unset).error().code == Errc::invalid_key);
    CHECK(DecodingKey<HS256>::from_jwk(unset).error().code == Errc::invalid_key);
    CHECK(Keys<RS256>::from_pem(files::rsa_private_encrypted, {.passphrase = unset}).error().code == Errc::invalid_key);
}

TEST_CASE("bytes of every kind make a secret", "[keys]") {
    const std::vector<unsigned char> bytes(32, 's');
    std::array<std::byte, 32> raw{};
    raw.fill(std::byte{'s'});
    const std::string secret_of_32(32, 's');
    const std::string signature = sign(EncodingKey<HS256>::from_secret(secret_of_32).value(), "input");
    CHECK(verifies(DecodingKey<HS256>::from_secret(bytes).value(), "input", signature));
    CHECK(verifies(DecodingKey<HS256>::from_secret(raw).value(), "input", signature));
    CHECK(verifies(DecodingKey<HS256>::from_secret(std::string_view{secret_of_32}).value(), "input", signature));
    const std::string zeros(32, '\0');
    CHECK(Keys<HS256>::from_secret(zeros));
    const std::string with_zero = std::string(16, 'a') + '\0' + std::string(16, 'b');
    const std::string other = std::string(16, 'a') + '\0' + std::string(16, 'c');
    CHECK_FALSE(verifies(DecodingKey<HS256>::from_secret(other).value(), "input",
                         sign(EncodingKey<HS256>::from_secret(with_zero).value(), "input")));
}

TEST_CASE("a key is a key source of itself, whatever the kid", "[keys][attack-12]") {
    const auto key = keys_of<ES256>().decoding.with_kid("k1");
    STATIC_REQUIRE(DecodingKey<ES256>::is_static);
    CHECK(key.accepts("ES256"));
    for (const std::string_view alg : {"", "es256", "ES256 ", "ES256K", "none"}) CHECK_FALSE(key.accepts(alg));
    for (const std::string& kid :
         {std::string{}, std::string{"k1"}, std::string{"../../dev/null"}, std::string(9999, 'k')}) {
        const auto found = key.find({.alg = "ES256", .kid = kid});
        REQUIRE(found);
        CHECK(*found == &detail::KeyAccess::prepared(key));
    }
}

TEST_CASE("DecodingKey::find returns a final class derived from VerificationKey", "[keys]") {
    using OfSecret = DecodingKey<HS256>::key_type;
    using OfPublicKey = DecodingKey<ES256>::key_type;
    STATIC_REQUIRE(std::derived_from<OfSecret, VerificationKey> && std::is_final_v<OfSecret>);
    STATIC_REQUIRE(std::derived_from<OfPublicKey, VerificationKey> && std::is_final_v<OfPublicKey>);
}

TEST_CASE("a key for one of the three names of EdDSA refuses tokens of the others", "[keys]") {
    CHECK_FALSE(keys_of<EdDSA>().decoding.accepts("Ed25519"));
    CHECK_FALSE(keys_of<Ed25519>().decoding.accepts("EdDSA"));
    CHECK_FALSE(keys_of<Ed448>().decoding.accepts("EdDSA"));
}
