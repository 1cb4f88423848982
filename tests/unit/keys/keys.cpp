// SPDX-License-Identifier: MIT
// Pairs of keys: how they are made, and that their halves belong together.
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

using namespace credence;
namespace files = support::key_files;
using support::keys_of;
using support::sign;
using support::verifies;

namespace {

const std::string secret_of_32(32, 's');

template <class Made>
std::string refusal(const Made& made) {
    return made ? "accepted" : std::string{to_string(made.error().code)};
}

/// The content of a PEM block.
std::string der_of(std::string_view pem) {
    const auto blocks = detail::read_pem_blocks(pem);
    return std::string{detail::as_text(blocks->back().der.view())};
}

}  // namespace

TEST_CASE("a pair of keys converts to either half", "[keys]") {
    const auto keys = Keys<HS256>::from_secret(secret_of_32).value();
    const EncodingKey<HS256>& encoding = keys;
    const DecodingKey<HS256>& decoding = keys;
    CHECK(verifies(decoding, "input", sign(encoding, "input")));
    CHECK(verifies(encoding.decoding(), "input", sign(encoding, "input")));
    const EncodingKey<RS256> rsa = keys_of<RS256>();
    CHECK(verifies(rsa.decoding(), "input", sign(rsa, "input")));
}

TEST_CASE("a key id is kept, and changes nothing else", "[keys]") {
    const auto keys = Keys<ES256>::generate().value();
    CHECK(keys.kid().empty());
    const auto named = keys.with_kid("k1");
    CHECK(named.kid() == "k1");
    CHECK(named.encoding.kid() == "k1");
    CHECK(named.decoding.kid() == "k1");
    CHECK(named.encoding.decoding().kid() == "k1");
    CHECK(keys.kid().empty());
    CHECK(verifies(keys.decoding, "input", sign(named.encoding, "input")));
    CHECK(named.decoding.with_kid("").kid().empty());
}

TEST_CASE("copies of keys share their data, and keys are never empty", "[keys]") {
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<DecodingKey<RS256>>);
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<EncodingKey<RS256>>);
    auto key = keys_of<RS256>().decoding;
    const auto copy = std::move(key);  // NOLINT(performance-move-const-arg): it must copy
    CHECK(&detail::KeyAccess::prepared(key) == &detail::KeyAccess::prepared(copy));
}

TEMPLATE_TEST_CASE("new keys are all different, and as long as they must be", "[keys]", HS256, HS384, HS512, ES256,
                   EdDSA, Ed448) {
    const auto first = Keys<TestType>::generate().value();
    const auto second = Keys<TestType>::generate().value();
    CHECK(verifies(first.decoding, "input", sign(first.encoding, "input")));
    CHECK_FALSE(verifies(second.decoding, "input", sign(first.encoding, "input")));
    if constexpr (SharedSecretAlgorithm<TestType>) {
        CHECK(detail::KeyAccess::prepared(first.encoding).secret().size() ==
              detail::hash_size(detail::scheme_of<TestType>.hash));
    }
}

TEST_CASE("a key made from an OpenSSL object shares it", "[keys]") {
    const detail::KeyHandle native{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    const auto keys = Keys<ES256>::from_evp_pkey(native.get());
    REQUIRE(keys);
    CHECK(verifies(keys->decoding, "input", sign(keys->encoding, "input")));
    CHECK(detail::KeyAccess::prepared(keys->encoding).native() == native.get());
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(detail::KeyAccess::prepared(keys->decoding).native())) ==
          "accepted");
    CHECK(refusal(EncodingKey<ES256>::from_evp_pkey(native.get())) == "accepted");
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(native.get())) == "invalid_key");
    CHECK(refusal(EncodingKey<ES256>::from_evp_pkey(detail::KeyAccess::prepared(keys->decoding).native())) ==
          "invalid_key");
    CHECK(refusal(DecodingKey<ES384>::from_evp_pkey(detail::KeyAccess::prepared(keys->decoding).native())) ==
          "invalid_key");
    CHECK(refusal(DecodingKey<RS256>::from_evp_pkey(detail::KeyAccess::prepared(keys->decoding).native())) ==
          "invalid_key");
    CHECK(refusal(DecodingKey<ES256>::from_evp_pkey(nullptr)) == "invalid_key");
    CHECK(refusal(Keys<ES256>::from_evp_pkey(nullptr)) == "invalid_key");
}

TEST_CASE("making keys does not change the error queue, also when it fails", "[keys][error-queue]") {
    support::check_error_queue_around([] { CHECK(Keys<HS256>::from_secret(secret_of_32)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<HS256>::from_secret("short")); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<HS256>::from_secret(der_of(files::rsa_public))); });
    support::check_error_queue_around([] { CHECK(Keys<HS256>::from_secret("0" + secret_of_32)); });
    support::check_error_queue_around([] { CHECK(Keys<HS256>::generate()); });
    support::check_error_queue_around([] { CHECK(Keys<ES256>::generate()); });
    support::check_error_queue_around([] { CHECK(Keys<ES256>::from_pem(files::p256_private)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<ES256>::from_pem(files::rsa_private)); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<ES256>::from_pem("no PEM")); });
    support::check_error_queue_around([] { CHECK_FALSE(Keys<RS256>::from_pem(files::rsa_private_encrypted)); });
    support::check_error_queue_around(
        [] { CHECK_FALSE(Keys<RS256>::from_pem(files::rsa_private_encrypted, {.passphrase = "wrong"})); });
    support::check_error_queue_around([] { CHECK(DecodingKey<RS256>::from_pem(files::rsa_certificate)); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_pem(files::p256_public_explicit)); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<PS384>::from_pem(files::pss_sha256_public)); });
    support::check_error_queue_around([] { CHECK(DecodingKey<ES256>::from_der(der_of(files::p256_public))); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_der("0\x03junk")); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_jwk("junk")); });
    support::check_error_queue_around(
        [] { CHECK_FALSE(DecodingKey<RS256>::from_jwk(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})")); });
    support::check_error_queue_around([] { CHECK_FALSE(DecodingKey<ES256>::from_evp_pkey(nullptr)); });
}
