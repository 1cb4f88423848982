// SPDX-License-Identifier: MIT
// Keys as text: JWK, JWK Set and PEM, there and back; public unless asked otherwise; thumbprints. RFC 7517, RFC 7638
#include <credence/keys/key_export.hpp>

#include <set>
#include <string>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
using support::keys_of;
using support::sign;
using support::verifies;

namespace {

std::set<std::string> members_of(const std::string& jwk) {
    const json document = json::parse(jwk);
    std::set<std::string> names;
    for (const auto& [name, value] : document.items()) names.insert(name);
    return names;
}

template <class Alg>
void check_is_the_same(const Keys<Alg>& back, const Keys<Alg>& keys) {
    CHECK(verifies(keys.decoding, "input", sign(back.encoding, "input")));
    CHECK(verifies(back.decoding, "input", sign(keys.encoding, "input")));
    CHECK(thumbprint(back).value() == thumbprint(keys).value());
}

}  // namespace

TEST_CASE("the thumbprints of RFC 7638 and RFC 8037 are computed", "[jwk]") {
    const auto rsa = DecodingKey<RS256>::from_jwk(support::rfc7638_jwk).value();
    CHECK(thumbprint(rsa).value() == support::rfc7638_thumbprint);
    CHECK(with_thumbprint_kid(rsa).value().kid() == support::rfc7638_thumbprint);
    const auto okp = Keys<EdDSA>::from_jwk(support::rfc8037_a4.jwk).value();
    CHECK(thumbprint(okp).value() == support::rfc8037_thumbprint);
    CHECK(thumbprint(okp.decoding).value() == support::rfc8037_thumbprint);
    CHECK(thumbprint(okp.encoding).value() == support::rfc8037_thumbprint);
}

TEST_CASE("the thumbprint of a secret is that of its JWK", "[jwk]") {
    const auto keys = Keys<HS256>::from_jwk(support::rfc7515_a1.jwk).value();
    const std::string members =
        R"({"k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow","kty":"oct"})";
    CHECK(thumbprint(keys).value() ==
          detail::encode_base64url(detail::hash_bytes(detail::Hash::sha256, detail::as_bytes(members))));
}

TEMPLATE_TEST_CASE("a public JWK has only the public numbers, and survives a round trip", "[jwk]", RS256, PS512, ES256,
                   ES384, ES512, ES256K, EdDSA, Ed25519, Ed448) {
    const auto keys = keys_of<TestType>().with_kid("k1");
    const std::string text = to_jwk(keys).value();
    CHECK(to_jwk(keys.encoding).value() == text);
    CHECK(to_jwk(keys.decoding).value() == text);
    const std::set<std::string> numbers =
        detail::scheme_of<TestType>.family == detail::Family::ecdsa   ? std::set<std::string>{"crv", "x", "y"}
        : detail::scheme_of<TestType>.family == detail::Family::eddsa ? std::set<std::string>{"crv", "x"}
                                                                      : std::set<std::string>{"n", "e"};
    std::set<std::string> wanted{"alg", "kid", "kty", "use"};
    wanted.insert(numbers.begin(), numbers.end());
    CHECK(members_of(text) == wanted);
    const auto back = DecodingKey<TestType>::from_jwk(text);
    REQUIRE(back);
    CHECK(back->kid() == "k1");
    CHECK(verifies(*back, "input", sign(keys.encoding, "input")));
    CHECK(members_of(to_jwk(keys.with_kid("")).value()).count("kid") == 0);
}

TEMPLATE_TEST_CASE("a private key survives a round trip through JWK and PEM", "[jwk]", RS256, PS512, ES256, ES384,
                   ES512, ES256K, EdDSA, Ed25519, Ed448) {
    const auto& keys = keys_of<TestType>();
    const std::string jwk = export_private_jwk_in_the_clear(keys).value();
    CHECK(members_of(jwk).count("d") == 1);
    const std::string pem = export_private_pem_in_the_clear(keys).value();
    CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    for (const auto& back : {Keys<TestType>::from_jwk(jwk), Keys<TestType>::from_pem(pem)}) {
        REQUIRE(back);
        check_is_the_same(*back, keys);
    }
}

// Steps that are slow on purpose are left out under valgrind.
TEMPLATE_TEST_CASE("a private key survives a round trip through encrypted PEM", "[jwk][slow-on-purpose]", RS256, PS512,
                   ES256, ES384, ES512, ES256K, EdDSA, Ed25519, Ed448) {
    const auto& keys = keys_of<TestType>();
    const std::string encrypted = to_encrypted_private_pem(keys, {.passphrase = "sesame"}).value();
    CHECK(encrypted.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    const auto back = Keys<TestType>::from_pem(encrypted, {.passphrase = "sesame"});
    REQUIRE(back);
    check_is_the_same(*back, keys);
    CHECK_FALSE(Keys<TestType>::from_pem(encrypted, {.passphrase = "sesam"}));
    CHECK_FALSE(to_encrypted_private_pem(keys, {}));
}

TEMPLATE_TEST_CASE("a public key survives a round trip through PEM", "[jwk]", RS256, ES512, EdDSA) {
    const auto& keys = keys_of<TestType>();
    const std::string pem = to_pem(keys).value();
    CHECK(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    CHECK(to_pem(keys.decoding).value() == pem);
    CHECK(verifies(DecodingKey<TestType>::from_pem(pem).value(), "input", sign(keys.encoding, "input")));
}

TEST_CASE("a secret survives a round trip through JWK and bytes", "[jwk]") {
    const auto keys = Keys<HS384>::generate().value().with_kid("s1");
    const auto jwk = export_private_jwk_in_the_clear(keys).value();
    CHECK(members_of(jwk) == std::set<std::string>{"alg", "k", "kid", "kty", "use"});
    const auto back = Keys<HS384>::from_jwk(jwk);
    REQUIRE(back);
    CHECK(back->kid() == "s1");
    CHECK(verifies(back->decoding, "input", sign(keys.encoding, "input")));
    CHECK_FALSE(Keys<HS256>::from_jwk(jwk));
    const auto again = Keys<HS384>::from_secret(export_secret_in_the_clear(keys));
    REQUIRE(again);
    CHECK(verifies(again->decoding, "input", sign(keys.encoding, "input")));
}

TEST_CASE("an RSA key without its primes is exported without them", "[jwk]") {
    json lean = json::parse(support::rfc7515_a2.jwk);
    for (const char* name : {"p", "q", "dp", "dq", "qi"}) lean.erase(name);
    const auto keys = Keys<RS256>::from_jwk(lean.dump()).value();
    const auto text = export_private_jwk_in_the_clear(keys).value();
    CHECK(members_of(text) == std::set<std::string>{"alg", "d", "e", "kty", "n", "use"});
    CHECK(Keys<RS256>::from_jwk(text));
}

TEST_CASE("coordinates keep their leading zeros", "[jwk]") {
    const auto keys = Keys<ES512>::from_jwk(support::rfc7515_a4.jwk).value();
    const json wanted = json::parse(support::rfc7515_a4.jwk);
    const json got = json::parse(export_private_jwk_in_the_clear(keys).value());
    for (const char* name : {"crv", "x", "y", "d"}) CHECK(got[name] == wanted[name]);
    for (int turn = 0; turn < 50; ++turn) {
        const auto fresh = Keys<ES512>::generate().value();
        CHECK(json::parse(to_jwk(fresh).value())["x"].get<std::string>().size() == 88);
    }
}

TEST_CASE("a set holds the public halves of all given keys", "[jwk]") {
    const json set = json::parse(to_jwks(keys_of<RS256>().with_kid("r"), keys_of<ES256>().decoding.with_kid("e"),
                                         keys_of<EdDSA>().encoding.with_kid("o"))
                                     .value());
    REQUIRE(set["keys"].size() == 3);
    CHECK(set["keys"][0]["kid"] == "r");
    CHECK(set["keys"][1]["kty"] == "EC");
    CHECK(set["keys"][2]["alg"] == "EdDSA");
    for (const json& jwk : set["keys"]) CHECK_FALSE(jwk.contains("d"));
    CHECK(json::parse(to_jwks().value())["keys"].empty());
}

TEST_CASE("a key id that is not UTF-8 cannot be written", "[jwk]") {
    const auto keys = keys_of<ES256>().with_kid("\xff");
    CHECK(to_jwk(keys).error().code == Errc::invalid_json);
    CHECK(to_jwks(keys).error().code == Errc::invalid_json);
    CHECK(to_jwk(keys).error().reason == "the key id is not UTF-8");
    CHECK(to_jwks(keys).error().reason == "the key id is not UTF-8");
}

TEST_CASE("export does not change the error queue", "[jwk][error-queue]") {
    support::check_error_queue_around([] { CHECK(to_jwk(keys_of<RS256>())); });
    support::check_error_queue_around([] { CHECK(to_pem(keys_of<ES256>())); });
    support::check_error_queue_around([] { CHECK(export_private_jwk_in_the_clear(keys_of<RS256>())); });
    support::check_error_queue_around([] { CHECK(export_private_pem_in_the_clear(keys_of<EdDSA>())); });
    support::check_error_queue_around([] { CHECK(thumbprint(keys_of<EdDSA>())); });
    support::check_error_queue_around([] { CHECK_FALSE(to_encrypted_private_pem(keys_of<EdDSA>(), {})); });
}

TEST_CASE("JwsKey and SigningKey tell the halves of a key apart", "[jwk]") {
    STATIC_REQUIRE(JwsKey<Keys<ES256>> && JwsKey<EncodingKey<ES256>> && JwsKey<DecodingKey<HS256>>);
    STATIC_REQUIRE(SigningKey<Keys<HS256>> && SigningKey<EncodingKey<ES256>>);
    STATIC_REQUIRE_FALSE(SigningKey<DecodingKey<ES256>> || JwsKey<std::string> || JwsKey<int>);
}
