// SPDX-License-Identifier: MIT
// ECDH-ES: the examples of RFC 7518 C and RFC 8037 A.6 and A.7.
#include <credence/jwe/detail/key_agreement.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/hexadecimal.hpp"

using namespace credence::detail;
using support::from_hex;
using support::to_hex;

namespace {

/// A private key of X25519 or X448.
KeyHandle private_key(const char* type, std::string_view digits) {
    const std::string bytes = from_hex(digits);
    return KeyHandle{EVP_PKEY_new_raw_private_key_ex(nullptr, type, nullptr, as_bytes(bytes).data(), bytes.size())};
}

/// The secret from the sender's key and the recipient's point.
std::string secret_of(const KeyHandle& own, const EphemeralKey& other) {
    const NamedCurve* const curve = agreement_curve_of(own.get());
    REQUIRE(curve != nullptr);
    const KeyHandle peer = peer_key(other, own.get(), *curve);
    REQUIRE(peer);
    return to_hex(as_text(agree(own.get(), peer.get(), *curve).view()));
}

}  // namespace

TEST_CASE("the content key of RFC 7518 C is derived", "[jwe][agreement]") {
    const std::string secret = from_hex("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
    const SecretBytes bytes{as_bytes(secret)};
    CHECK(encode_base64url(as_text(derive_key(bytes, "A128GCM", {"Alice", "Bob"}, 16).view())) ==
          "VqqN6vgjbSBcIijNcacQGg");
    CHECK(derive_key(bytes, "A256CBC-HS512", {}, 64).size() == 64);
    CHECK(derive_key(bytes, "A192CBC-HS384", {}, 48).size() == 48);
    CHECK(as_text(derive_key(bytes, "A128GCM", {"Alice", "Bob"}, 16).view()) !=
          as_text(derive_key(bytes, "A128GCM", {"AliceB", "ob"}, 16).view()));
}

TEST_CASE("X25519 and X448 agree as in RFC 8037 A.6 and A.7", "[jwe][agreement]") {
    const KeyHandle x25519 = private_key("X25519", "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    const std::string bob =
        encode_base64url(from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
    CHECK(secret_of(x25519, {.kty = "OKP", .crv = "X25519", .x = bob}) ==
          "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    const KeyHandle x448 = private_key("X448",
                                       "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf5"
                                       "74a9419744897391006382a6f127ab1d9ac2d8c0a598726b");
    const std::string other_bob = encode_base64url(from_hex(
        "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf"
        "33609"));
    CHECK(secret_of(x448, {.kty = "OKP", .crv = "X448", .x = other_bob}) ==
          "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a"
          "879d");
    CHECK(ephemeral_jwk(x25519.get(), *agreement_curve_of(x25519.get())) ==
          R"({"kty":"OKP","crv":"X25519","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"})");
}

TEST_CASE("a peer's point on another curve is refused", "[jwe][agreement]") {
    const KeyHandle own = ephemeral_key(*curve_with_id(curve_id(Curve::p256)));
    const KeyHandle other = ephemeral_key(*curve_with_id(curve_id(Curve::p384)));
    REQUIRE((own && other));
    const NamedCurve& curve = *agreement_curve_of(own.get());
    CHECK_FALSE(peer_key({.kty = "EC", .crv = "P-256", .x = std::string(43, 'A'), .y = std::string(43, 'A')}, own.get(),
                         curve));
    CHECK_FALSE(peer_key({.kty = "EC", .crv = "P-384", .x = std::string(64, 'A'), .y = std::string(64, 'A')}, own.get(),
                         curve));
    CHECK_FALSE(peer_key({}, own.get(), curve));
    const KeyHandle k256{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1")};
    CHECK(agreement_curve_of(k256.get()) == nullptr);
}
