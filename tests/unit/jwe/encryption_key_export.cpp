// SPDX-License-Identifier: MIT
// Keys for encryption as text: JWK, JWK Set and PEM, there and back; public unless asked otherwise; thumbprints.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/encryption_key_export.hpp>

#include <set>
#include <string>

#include "support/catch.hpp"
#include "support/key_files.hpp"
#include "support/signing.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
namespace files = support::key_files;

namespace {

std::set<std::string> member_names(const std::string& jwk) {
    const json document = json::parse(jwk);
    std::set<std::string> names;
    for (const auto& [name, value] : document.items()) names.insert(name);
    return names;
}

template <class Alg>
const EncryptionKeys<Alg>& new_keys() {
    static const auto made = EncryptionKeys<Alg>::generate().value().with_kid("k1");
    return made;
}

template <class Alg>
void check_opens(const EncryptionKey<Alg>& encryption, const DecryptionKey<Alg>& decryption) {
    const auto token = encrypt("text", encryption);
    REQUIRE(token);
    const auto opened = decrypt(*token, decryption);
    REQUIRE(opened);
    CHECK(opened->text() == "text");
}

}  // namespace

TEMPLATE_TEST_CASE("a public JWK for encryption has only the public numbers, and survives a round trip", "[jwe][jwk]",
                   RSA_OAEP, RSA_OAEP_256, ECDH_ES, ECDH_ES_A128KW, ECDH_ES_A192KW, ECDH_ES_A256KW) {
    const auto& keys = new_keys<TestType>();
    const std::string text = to_jwk(keys).value();
    CHECK(to_jwk(keys.encryption).value() == text);
    CHECK(to_jwk(keys.decryption).value() == text);
    const json document = json::parse(text);
    CHECK(document.at("use") == "enc");
    CHECK(document.at("alg") == std::string{TestType::name});
    CHECK(document.at("kid") == "k1");
    const bool is_rsa = document.at("kty") == "RSA";
    CHECK(member_names(text) == (is_rsa ? std::set<std::string>{"alg", "e", "kid", "kty", "n", "use"}
                                        : std::set<std::string>{"alg", "crv", "kid", "kty", "use", "x", "y"}));
    CHECK(member_names(to_jwk(keys.with_kid("")).value()).count("kid") == 0);
    const auto back = EncryptionKey<TestType>::from_jwk(text);
    REQUIRE(back);
    CHECK(back->kid() == "k1");
    check_opens(*back, keys.decryption);
    check_opens(EncryptionKey<TestType>::from_pem(to_pem(keys).value()).value(), keys.decryption);
    CHECK(to_pem(keys.encryption).value() == to_pem(keys.decryption).value());
}

TEMPLATE_TEST_CASE("a private key for encryption survives a round trip through JWK and PEM", "[jwe][jwk]", RSA_OAEP,
                   RSA_OAEP_256, ECDH_ES, ECDH_ES_A256KW) {
    const auto& keys = new_keys<TestType>();
    const std::string jwk = export_private_jwk_in_the_clear(keys).value();
    CHECK(export_private_jwk_in_the_clear(keys.decryption).value() == jwk);
    CHECK(member_names(jwk).count("d") == 1);
    check_opens(keys.encryption, DecryptionKey<TestType>::from_jwk(jwk).value());
    const std::string pem = export_private_pem_in_the_clear(keys.decryption).value();
    check_opens(keys.encryption, DecryptionKey<TestType>::from_pem(pem).value());
    const std::string locked = to_encrypted_private_pem(keys, {.passphrase = "open sesame"}).value();
    check_opens(keys.encryption, DecryptionKey<TestType>::from_pem(locked, {.passphrase = "open sesame"}).value());
    CHECK(!DecryptionKey<TestType>::from_pem(locked));
    CHECK(to_encrypted_private_pem(keys, {.passphrase = ""}).error().code == Errc::invalid_key);
}

TEST_CASE("a key is made, written and read on each curve of ECDH-ES", "[jwe][jwk]") {
    for (const AgreementCurve curve : all_agreement_curves) {
        CAPTURE(to_string(curve));
        const auto keys = EncryptionKeys<ECDH_ES>::generate(curve).value();
        const std::string jwk = export_private_jwk_in_the_clear(keys).value();
        CHECK(json::parse(jwk).at("crv") == std::string{to_string(curve)});
        check_opens(EncryptionKey<ECDH_ES>::from_jwk(to_jwk(keys).value()).value(),
                    DecryptionKey<ECDH_ES>::from_jwk(jwk).value());
        check_opens(EncryptionKey<ECDH_ES>::from_pem(to_pem(keys).value()).value(),
                    DecryptionKey<ECDH_ES>::from_pem(export_private_pem_in_the_clear(keys).value()).value());
        CHECK(agreement_curve(to_string(curve)) == curve);
    }
    CHECK(!agreement_curve("secp256k1"));
}

TEMPLATE_TEST_CASE("a shared secret for encryption survives a round trip", "[jwe][jwk]", dir, A128KW, A192KW, A256KW,
                   A128GCMKW, A192GCMKW, A256GCMKW) {
    const auto& keys = new_keys<TestType>();
    const std::string jwk = export_private_jwk_in_the_clear(keys).value();
    CHECK(member_names(jwk) == std::set<std::string>{"alg", "k", "kid", "kty", "use"});
    CHECK(export_private_jwk_in_the_clear(EncryptionKeys<TestType>::from_jwk(jwk).value()).value() == jwk);
    check_opens(keys.encryption, DecryptionKey<TestType>::from_jwk(jwk).value());
    check_opens(keys.encryption, DecryptionKey<TestType>::from_secret(export_secret_in_the_clear(keys)).value());
}

TEST_CASE("the JWK of a dir key for one content algorithm names that algorithm", "[jwe][jwk]") {
    const std::string text = R"({"alg":"A128GCM","k":"AAECAwQFBgcICQoLDA0ODw","kty":"oct","use":"enc"})";
    CHECK(export_private_jwk_in_the_clear(DecryptionKey<dir>::from_jwk(text).value()).value() == text);
}

TEST_CASE("a thumbprint depends on the public numbers only, not on the use of the key", "[jwe][jwk]") {
    const auto keys = EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value();
    const auto signing = Keys<ES256>::from_pem(files::p256_private).value();
    CHECK(thumbprint(keys).value() == thumbprint(signing).value());
    CHECK(thumbprint(keys.encryption).value() == thumbprint(keys.decryption).value());
    CHECK(with_thumbprint_kid(keys).value().kid() == thumbprint(keys).value());
    CHECK(thumbprint(EncryptionKeys<A128KW>::from_jwk(R"({"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw"})").value())
              .value()
              .size() == 43);
}

TEST_CASE("a JWK Set holds keys for encryption beside keys for signatures", "[jwe][jwk]") {
    const auto signing = support::keys_of<ES256>().with_kid("sig");
    const auto& rsa = new_keys<RSA_OAEP_256>();
    const std::string text = to_jwks(signing, rsa.with_kid("enc1"), new_keys<ECDH_ES>().encryption).value();
    const json keys = json::parse(text).at("keys");
    REQUIRE(keys.size() == 3);
    CHECK(keys[0].at("use") == "sig");
    CHECK(keys[1].at("use") == "enc");
    CHECK(text.find("\"d\":") == std::string::npos);
    const auto set = KeySet<ES256>::from_jwks(text).value();  // the others are skipped
    CHECK(set.size() == 1);
    CHECK(to_jwks(rsa.with_kid("\xff")).error().code == Errc::invalid_json);
    CHECK(to_jwks(rsa.with_kid("\xff")).error().reason == "the key id is not UTF-8");
    CHECK(to_jwks(signing).value() == R"({"keys":[)" + to_jwk(signing).value() + "]}");
}

TEST_CASE("JweKey and DecryptingKey tell the halves of a key apart, and keys for signatures from both", "[jwe][jwk]") {
    STATIC_REQUIRE(JweKey<EncryptionKeys<dir>> && JweKey<EncryptionKey<ECDH_ES>> && JweKey<DecryptionKey<ECDH_ES>>);
    STATIC_REQUIRE(DecryptingKey<EncryptionKeys<dir>> && DecryptingKey<DecryptionKey<ECDH_ES>>);
    STATIC_REQUIRE_FALSE(DecryptingKey<EncryptionKey<ECDH_ES>> || JweKey<Keys<ES256>> || JwsKey<DecryptionKey<dir>>);
}
