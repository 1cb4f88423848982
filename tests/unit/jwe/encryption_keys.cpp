// SPDX-License-Identifier: MIT
// Keys for encryption: how they are made, and what is refused and why.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/encryption_keys.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/key_files.hpp"

using namespace credence;
namespace files = support::key_files;

namespace {

/// "accepted", or the code and the reason.
template <class Made>
std::string outcome(const Made& made) {
    if (made) return "accepted";
    return std::string{to_string(made.error().code)} + ": " + std::string{made.error().reason};
}

std::string oct(std::string_view k, const std::string& members = "") {
    return R"({"kty":"oct","k":")" + detail::encode_base64url(k) + "\"" + members + "}";
}

const std::string secret_of_16(16, 'a');
const std::string secret_of_32(32, 'b');

/// An X25519 key of small order: RFC 7748's u = 1.
constexpr std::string_view small_order =
    R"({"kty":"OKP","crv":"X25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";

std::string p256_private_jwk(const std::string& members) {
    return R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
           R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","d":"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE")" +
           members + "}";
}

}  // namespace

TEST_CASE("a secret must be exactly as long as its AES key", "[jwe][keys]") {
    CHECK(outcome(EncryptionKey<A128KW>::from_secret(secret_of_16)) == "accepted");
    CHECK(outcome(EncryptionKey<A256GCMKW>::from_secret(secret_of_32)) == "accepted");
    CHECK(outcome(EncryptionKey<A128KW>::from_secret(secret_of_32)) ==
          "invalid_key: a secret longer than the key of the algorithm");
    CHECK(outcome(DecryptionKey<A256KW>::from_secret(std::string(31, 'x'))) ==
          "key_too_short: a secret shorter than the key of the algorithm");
    CHECK(outcome(DecryptionKey<A192KW>::from_secret("")) == "key_too_short: an empty secret");
    CHECK(outcome(EncryptionKeys<dir>::from_secret(std::string(15, 'x'))) ==
          "key_too_short: a secret shorter than the key of any enc");
    CHECK(outcome(EncryptionKeys<dir>::from_secret(std::string(20, 'x'))) ==
          "invalid_key: a secret whose length no enc has: 16, 24, 32, 48 or 64 bytes");
    for (const std::size_t size : {16U, 24U, 32U, 48U, 64U}) {
        CHECK(outcome(EncryptionKeys<dir>::from_secret(std::string(size, 'x'))) == "accepted");
    }
}

TEST_CASE("a key document is refused as a secret for encryption", "[jwe][keys]") {
    std::string text = R"({"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})";
    text.resize(64, ' ');
    CHECK(outcome(EncryptionKey<dir>::from_secret(text)) == "invalid_key: a key document in place of a secret");
}

TEST_CASE("a key of another type, curve or half is refused with its reason", "[jwe][keys]") {
    CHECK(outcome(EncryptionKey<RSA_OAEP>::from_pem(files::rsa_public)) == "accepted");
    CHECK(outcome(EncryptionKey<RSA_OAEP_256>::from_pem(files::rsa_certificate)) == "accepted");
    CHECK(outcome(DecryptionKey<RSA_OAEP>::from_pem(files::rsa_private)) == "accepted");
    CHECK(outcome(EncryptionKey<RSA_OAEP>::from_pem(files::rsa_1024_public)) ==
          "key_too_short: an RSA key of less than 2048 bits");
    CHECK(outcome(EncryptionKey<RSA_OAEP>::from_pem(files::rsa_e3_public)) ==
          "invalid_key: an RSA key with an exponent below 65537");
    CHECK(outcome(EncryptionKey<RSA_OAEP>::from_pem(files::pss_sha256_public)) == "invalid_key: a key of another type");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_pem(files::rsa_public)) == "invalid_key: a key of another type");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_pem(files::ed25519_public)) == "invalid_key: a key of another type");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_pem(files::secp256k1_public)) == "invalid_key: a key on another curve");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_pem(files::p256_private)) ==
          "invalid_key: expected a public key, found a private one");
    CHECK(outcome(DecryptionKey<ECDH_ES>::from_pem(files::p256_public)) ==
          "invalid_key: expected a private key, found a public one");
    CHECK(outcome(DecryptionKey<ECDH_ES>::from_pem(files::p256_private_encrypted)) ==
          "invalid_key: the key is encrypted, and no passphrase was given");
    CHECK(outcome(DecryptionKey<ECDH_ES>::from_pem(files::p256_private_encrypted, {.passphrase = files::passphrase})) ==
          "accepted");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_pem(files::p256_public_explicit)) ==
          "invalid_key: explicit curve parameters are not allowed");
    for (const std::string_view file :
         {files::p256_private, files::p384_private, files::p521_private, files::x25519_private}) {
        CHECK(outcome(DecryptionKey<ECDH_ES_A128KW>::from_pem(file)) == "accepted");
    }
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_evp_pkey(nullptr)) == "invalid_key: no key");
    CHECK(outcome(DecryptionKey<RSA_OAEP>::from_evp_pkey(nullptr)) == "invalid_key: no key");
}

TEST_CASE("attack row 32: a recipient's point of small order is refused", "[jwe][keys][attack-32]") {
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_jwk(small_order)) == "invalid_key: a point of small order");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_jwk(R"({"kty":"OKP","crv":"X25519","x":")" + std::string(43, 'A') +
                                                   "\"}")) == "invalid_key: a point of small order");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_jwk(R"({"kty":"OKP","crv":"X448","x":")" + std::string(75, 'A') +
                                                   "\"}")) == "invalid_key: a point of small order");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_jwk(
              R"({"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
              R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyA"})")) ==
          "invalid_key: a point that is not on its curve");
}

TEST_CASE("attack row 28: a JWK is used only for the purposes that it states", "[jwe][keys][attack-28]") {
    const auto decrypts = [](const std::string& members) {
        return outcome(DecryptionKey<A128KW>::from_jwk(oct(secret_of_16, members)));
    };
    const auto agrees = [](const std::string& members) {
        return outcome(DecryptionKey<ECDH_ES>::from_jwk(p256_private_jwk(members)));
    };
    CHECK(decrypts(R"(,"use":"enc","alg":"A128KW","kid":"k")") == "accepted");
    CHECK(decrypts(R"(,"key_ops":["unwrapKey"])") == "accepted");
    CHECK(decrypts(R"(,"key_ops":["decrypt"])") == "accepted");
    CHECK(decrypts(R"(,"key_ops":["wrapKey","encrypt","verify"])") ==
          "invalid_key: its key_ops do not allow to decrypt");
    CHECK(decrypts(R"(,"use":"sig")") == "invalid_key: its use is not enc");
    CHECK(decrypts(R"(,"alg":"A128GCMKW")") == "invalid_key: its alg is another algorithm");
    CHECK(decrypts(R"(,"alg":"A128GCM")") == "invalid_key: its alg is another algorithm");
    CHECK(decrypts(R"(,"alg":"HS256")") == "invalid_key: its alg is another algorithm");
    CHECK(decrypts(R"(,"kid":7)") == "invalid_key: its kid is not a string");
    CHECK(outcome(EncryptionKey<A128KW>::from_jwk(oct(secret_of_16, R"(,"key_ops":["unwrapKey"])"))) ==
          "invalid_key: its key_ops do not allow to encrypt");
    CHECK(outcome(EncryptionKeys<A128KW>::from_jwk(oct(secret_of_16, R"(,"key_ops":["unwrapKey"])"))) ==
          "invalid_key: its key_ops do not allow to encrypt");
    CHECK(outcome(DecryptionKey<dir>::from_jwk(oct(secret_of_16, R"(,"key_ops":["unwrapKey"])"))) ==
          "invalid_key: its key_ops do not allow to decrypt");
    CHECK(agrees(R"(,"key_ops":["deriveBits"],"use":"enc","alg":"ECDH-ES")") == "accepted");
    CHECK(agrees(R"(,"key_ops":["deriveKey"])") == "accepted");
    CHECK(agrees(R"(,"key_ops":["sign"])") == "invalid_key: its key_ops do not allow to decrypt");
    CHECK(agrees(R"(,"alg":"ECDH-ES+A128KW")") == "invalid_key: its alg is another algorithm");
    CHECK(agrees(R"(,"use":"sig")") == "invalid_key: its use is not enc");
    CHECK(outcome(EncryptionKey<ECDH_ES>::from_jwk(p256_private_jwk(""))) ==
          "invalid_key: expected a public key, found a private one");
}

TEST_CASE("a dir key whose JWK names a content algorithm serves only that one", "[jwe][keys]") {
    const auto keys = EncryptionKeys<dir>::from_jwk(oct(secret_of_32, R"(,"alg":"A256GCM")")).value();
    const auto token = encrypt("text", keys, {.content = A256GCM}).value();
    CHECK(decrypt(token, keys).value().text() == "text");
    CHECK(outcome(encrypt("text", keys, {.content = A128CBC_HS256})) == "invalid_key: its alg is another algorithm");
    const auto any = EncryptionKeys<dir>::from_secret(secret_of_32).value();
    const auto other = encrypt("text", any, {.content = A128CBC_HS256}).value();
    CHECK(outcome(decrypt(other, keys)) == "invalid_key: its alg is another algorithm");
}

TEST_CASE("a dir key must be as long as the content algorithm demands", "[jwe][keys]") {
    const auto keys = EncryptionKeys<dir>::from_secret(secret_of_32).value();
    CHECK(outcome(encrypt("text", keys, {.content = A256CBC_HS512})) ==
          "key_too_short: a secret shorter than the key of the enc");
    CHECK(outcome(encrypt("text", keys, {.content = A128GCM})) ==
          "invalid_key: a secret longer than the key of the enc");
}

TEST_CASE("a key keeps its key id, and may get another", "[jwe][keys]") {
    const auto keys = EncryptionKeys<A128KW>::from_jwk(oct(secret_of_16, R"(,"kid":"one")")).value();
    CHECK(keys.kid() == "one");
    CHECK(keys.decryption.kid() == "one");
    const auto renamed = keys.with_kid("two");
    CHECK(decrypt(encrypt("text", renamed).value(), keys).value().header().kid == "two");
}

TEST_CASE("keys of each kind are generated", "[jwe][keys]") {
    const auto works = [](const auto& keys, ContentAlgorithm content) {
        return decrypt(encrypt("text", keys, {.content = content}).value(), keys).value().text() == "text";
    };
    CHECK(works(EncryptionKeys<dir>::generate().value(), A256GCM));
    CHECK(works(EncryptionKeys<dir>::generate(A256CBC_HS512).value(), A256CBC_HS512));
    CHECK(works(EncryptionKeys<A192KW>::generate().value(), A192GCM));
    CHECK(works(EncryptionKeys<RSA_OAEP_256>::generate().value(), A128GCM));
    CHECK(works(EncryptionKeys<ECDH_ES_A256KW>::generate().value(), A192CBC_HS384));
}
