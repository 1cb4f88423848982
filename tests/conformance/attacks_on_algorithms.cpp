// SPDX-License-Identifier: MIT
// Known attacks on the choice of the algorithm and of the key: rows 1, 2, 12, 13, 15.
#include <credence/jwt/decode.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/hmac.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/signing.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::ES256;
using credence::HS256;
using credence::RS256;
using support::account_keys;
using support::keys_of;
using support::signed_texts;
using support::verdict;

namespace {

constexpr std::string_view good_claims = R"({"exp":1700000001,"sub":"42"})";

std::string header_with_alg(std::string_view alg) { return R"({"alg":")" + std::string{alg} + R"(","typ":"JWT"})"; }

/// A token that an attacker signs with HMAC, with a public text as the secret.
std::string signed_with_text(std::string_view header, std::string_view text) {
    const auto key = credence::detail::HmacKey::make(credence::detail::Hash::sha256,
                                                     credence::detail::SecretBytes{credence::detail::as_bytes(text)});
    std::string token =
        credence::detail::encode_base64url(header) + '.' + credence::detail::encode_base64url(good_claims);
    std::string signature(32, '\0');
    REQUIRE(key->sign(token, reinterpret_cast<unsigned char*>(signature.data())));
    return token + '.' + credence::detail::encode_base64url(signature);
}

template <class Source>
std::string judged(std::string_view token, const Source& source) {
    const auto who = credence::decode<nlohmann::json>(token, source, {.clock = support::noon_clock});
    return who ? "accepted" : support::in_words(who.error());
}

}  // namespace

TEST_CASE("attack row 1: alg none is refused in every spelling, with and without a signature") {
    for (const std::string_view alg :
         {"none", "None", "NONE", "nOnE", "none ", " none", "none\\u0000", "", "n\\u006fne"}) {
        INFO(alg);
        const std::string token = signed_texts(header_with_alg(alg), good_claims);
        CHECK(verdict(token) == "unsupported_algorithm");
        CHECK(verdict(token.substr(0, token.rfind('.') + 1)) == "unsupported_algorithm");
        CHECK(verdict(token.substr(0, token.rfind('.'))) == "malformed_token");
    }
}

TEST_CASE("attack row 1: an alg is compared byte for byte") {
    for (const std::string_view alg :
         {"hs256", "HS256 ", " HS256", "HS-256", "HS2560", "HS25", "HMAC-SHA256", "HS256\\n", "HS256\\u0000",
          "HS\\uff12\\uff15\\uff16", "A256GCM", "RSA1_5", "dir"}) {
        INFO(alg);
        CHECK(verdict(signed_texts(header_with_alg(alg), good_claims)) == "unsupported_algorithm");
    }
    CHECK(verdict(signed_texts(header_with_alg("H\\u0053256"), good_claims)) == "accepted");
}

TEST_CASE("attack row 2: an alg other than the key's is refused, whatever the signature") {
    for (const std::string_view alg : {"HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
                                       "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448"}) {
        INFO(alg);
        CHECK(verdict(signed_texts(header_with_alg(alg), good_claims)) == "algorithm_not_allowed");
    }
}

TEST_CASE("attack row 2: a public key is never used as an HMAC secret") {
    const auto& keys = keys_of<RS256>();
    const std::string pem = credence::to_pem(keys.decoding).value(), jwk = credence::to_jwk(keys.decoding).value();
    for (const std::string& text : {pem, pem.substr(0, pem.size() - 1), "\n" + pem, jwk,
                                    credence::detail::encode_base64url(pem), credence::detail::encode_base64url(jwk)}) {
        CHECK(judged(signed_with_text(header_with_alg("HS256"), text), keys) == "algorithm_not_allowed");
        CHECK(judged(signed_with_text(header_with_alg("RS256"), text), keys) == "invalid_signature");
        CHECK(credence::DecodingKey<HS256>::from_secret(text).error().code == Errc::invalid_key);
        CHECK(credence::DecodingKey<HS256>::from_secret(text, credence::allow_short_secret).error().code ==
              Errc::invalid_key);
    }
    const auto& curve = keys_of<ES256>();
    CHECK(judged(signed_with_text(header_with_alg("HS256"), credence::to_pem(curve.decoding).value()), curve) ==
          "algorithm_not_allowed");
    CHECK(judged(signed_texts(header_with_alg("RS256"), good_claims, curve), keys) == "invalid_signature");
}

TEST_CASE("attack row 2: a key set finds a key only for the key's own algorithm") {
    const auto set = credence::KeySet<RS256, ES256>::from_jwks(
        credence::to_jwks(keys_of<RS256>().with_kid("r"), keys_of<ES256>().with_kid("e")).value());
    REQUIRE(set);
    const std::string pem = credence::to_pem(keys_of<RS256>().decoding).value();
    CHECK(judged(signed_texts(R"({"alg":"RS256","kid":"r"})", good_claims, keys_of<RS256>()), *set) == "accepted");
    CHECK(judged(signed_with_text(R"({"alg":"HS256","kid":"r"})", pem), *set) == "algorithm_not_allowed");
    CHECK(judged(signed_texts(R"({"alg":"RS256","kid":"e"})", good_claims, keys_of<RS256>()), *set) ==
          "no_matching_key");
    CHECK(judged(signed_texts(R"({"alg":"ES256","kid":"r"})", good_claims, keys_of<ES256>()), *set) ==
          "no_matching_key");
    CHECK(judged(signed_texts(R"({"alg":"PS256","kid":"r"})", good_claims, keys_of<RS256>()), *set) ==
          "algorithm_not_allowed");
}

TEST_CASE("attack row 12: a kid is only compared, never used as a path, URL or query") {
    const auto set =
        credence::KeySet<ES256>::from_jwks(credence::to_jwks(keys_of<ES256>().with_kid("k1")).value()).value();
    for (const std::string_view kid : {"../../../../dev/null", "/dev/null", "k1' OR '1'='1", "k1\\u0000", "k1\\n", "K1",
                                       "k", "k11", "http://evil/", "%6b1", "$(id)", "../k1", "k1 "}) {
        INFO(kid);
        const std::string header = R"({"alg":"ES256","kid":")" + std::string{kid} + "\"}";
        CHECK(judged(signed_texts(header, good_claims, keys_of<ES256>()), set) == "no_matching_key");
    }
    const std::string longest = R"({"alg":"ES256","kid":")" + std::string(1025, 'k') + "\"}";
    CHECK(judged(signed_texts(longest, good_claims, keys_of<ES256>()), set) == "no_matching_key");
    CHECK(judged(signed_texts(R"({"alg":"ES256","kid":"k1"})", good_claims, keys_of<ES256>()), set) == "accepted");
}

TEST_CASE("attack row 12: a single key ignores kid, and an empty secret is never found") {
    CHECK(verdict(signed_texts(R"({"alg":"HS256","kid":"/dev/null"})", good_claims)) == "accepted");
    CHECK(verdict(signed_with_text(R"({"alg":"HS256","kid":"/dev/null"})", "")) == "invalid_signature");
}

TEST_CASE("attack row 13: a key in the token's own header is never used") {
    const std::string attacker_secret = "an attacker's own secret, long enough";
    const std::string embedded =
        R"("jwk":{"kty":"oct","k":")" + credence::detail::encode_base64url(attacker_secret) + "\"}";
    for (const std::string& member : {embedded, std::string{R"("jku":"https://evil.example/jwks.json")"},
                                      std::string{R"("x5u":"file:///etc/passwd")"}, std::string{R"("x5c":["MIIB"])"},
                                      embedded + R"(,"kid":"embedded")"}) {
        INFO(member);
        const std::string header = R"({"alg":"HS256",)" + member + "}";
        CHECK(verdict(signed_with_text(header, attacker_secret)) == "invalid_signature");
        CHECK(verdict(signed_texts(header, good_claims)) == "accepted");
    }
    const auto attacker = credence::Keys<ES256>::generate().value();
    const std::string jwk = credence::to_jwk(attacker.decoding).value();
    const auto token = signed_texts(R"({"alg":"ES256","jwk":)" + jwk + "}", good_claims, attacker);
    CHECK(judged(token, keys_of<ES256>()) == "invalid_signature");
    CHECK(judged(token, attacker) == "accepted");
}

TEST_CASE("attack row 15: two keys with one kid are ambiguous, and private and encryption keys are skipped") {
    const auto other = credence::Keys<ES256>::generate().value();
    const std::string one = credence::to_jwk(keys_of<ES256>().with_kid("k").decoding).value();
    const std::string two = credence::to_jwk(other.with_kid("k").decoding).value();
    const std::string secret =
        credence::export_private_jwk_in_the_clear(keys_of<ES256>().with_kid("k").encoding).value();
    const auto token = signed_texts(R"({"alg":"ES256","kid":"k"})", good_claims, keys_of<ES256>());
    const auto set_of = [](const std::string& keys) {
        return credence::KeySet<ES256>::from_jwks(R"({"keys":[)" + keys + "]}").value();
    };
    CHECK(judged(token, set_of(one)) == "accepted");
    CHECK(judged(token, set_of(one + ',' + two)) == "ambiguous_key");
    CHECK(judged(token, set_of(secret)) == "no_matching_key");
    std::string for_encryption = one;
    for_encryption.insert(1, R"("use":"enc",)");
    for (const std::string_view use : {R"("use":"sig",)", R"("use": "sig",)"}) {
        if (const auto at = for_encryption.find(use); at != std::string::npos) for_encryption.erase(at, use.size());
    }
    CHECK(judged(token, set_of(for_encryption)) == "no_matching_key");
}
