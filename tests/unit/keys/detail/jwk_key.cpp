// SPDX-License-Identifier: MIT
// JWKs: their permitted uses, the spelling of their numbers, and halves that belong together. RFC 7517, RFC 7518 §6,
// RFC 8037
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/jwk_key.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "support/catch.hpp"
#include "support/escaped.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
using support::keys_of;
using support::sign;
using support::verifies;

namespace {

const json rsa = json::parse(support::rfc7515_a2.jwk);
const json p256 = json::parse(support::rfc7515_a3.jwk);
const json p521 = json::parse(support::rfc7515_a4.jwk);
const json ed25519 = json::parse(support::rfc8037_a4.jwk);
const json oct = json::parse(support::rfc7515_a1.jwk);

json without(json jwk, std::initializer_list<const char*> names) {
    for (const char* name : names) jwk.erase(name);
    return jwk;
}

json with(json jwk, const char* name, json value) {
    jwk[name] = std::move(value);
    return jwk;
}

const json rsa_public = without(rsa, {"d", "p", "q", "dp", "dq", "qi"});
const json p256_public = without(p256, {"d"});
const json p521_public = without(p521, {"d"});
const json ed25519_public = without(ed25519, {"d"});

/// The reason why a JWK is refused as a key to verify with; "" if it is accepted.
template <class Alg>
std::string why_not(const json& jwk) {
    const auto made = detail::decoding_from_jwk<Alg>(jwk.dump());
    const auto key = DecodingKey<Alg>::from_jwk(jwk.dump());
    REQUIRE(static_cast<bool>(key) == static_cast<bool>(made));
    if (!key) CHECK(key.error().code == made.error().code);
    return made ? "" : std::string{made.error().reason};
}

/// The reason why a JWK is refused as a key to sign with.
template <class Alg>
std::string why_not_signing(const json& jwk) {
    const auto made = detail::encoding_from_jwk<Alg>(jwk.dump(), false);
    REQUIRE(static_cast<bool>(EncodingKey<Alg>::from_jwk(jwk.dump())) == static_cast<bool>(made));
    return made ? "" : std::string{made.error().reason};
}

std::string decoded(const json& member) { return *detail::decode_base64url(member.get<std::string>()); }

std::string encoded(std::string_view bytes) { return detail::encode_base64url(bytes); }

/// An odd number of that many bits. It is not a product of two primes, which cannot be seen in a public key.
std::string modulus_of(std::size_t bits) {
    std::string bytes((bits + 7) / 8, '\0');
    bytes.front() = static_cast<char>(1 << ((bits - 1) % 8));
    bytes.back() = '\x01';
    return encoded(bytes);
}

}  // namespace

TEST_CASE("the keys of the RFCs are accepted, public and private", "[jwk]") {
    CHECK(why_not<RS256>(rsa_public).empty());
    CHECK(why_not<ES256>(p256_public).empty());
    CHECK(why_not<ES512>(p521_public).empty());
    CHECK(why_not<EdDSA>(ed25519_public).empty());
    CHECK(why_not<HS256>(oct).empty());
    CHECK(why_not_signing<RS256>(rsa).empty());
    CHECK(why_not_signing<ES256>(p256).empty());
    CHECK(why_not_signing<ES512>(p521).empty());
    CHECK(why_not_signing<Ed25519>(ed25519).empty());
    CHECK(why_not_signing<HS512>(oct).empty());
}

TEST_CASE("alg, use and key_ops must all permit the use of a key", "[jwk][attack-15]") {
    CHECK(why_not<RS256>(with(rsa_public, "alg", "RS256")).empty());
    CHECK(why_not<RS256>(with(rsa_public, "alg", "RS512")) == "its alg is another algorithm");
    CHECK(why_not<RS256>(with(rsa_public, "alg", "rs256")) == "its alg is another algorithm");
    CHECK(why_not<RS256>(with(rsa_public, "alg", 256)) == "its alg is another algorithm");
    CHECK(why_not<EdDSA>(with(ed25519_public, "alg", "Ed25519")) == "its alg is another algorithm");
    CHECK(why_not<Ed25519>(with(ed25519_public, "alg", "EdDSA")) == "its alg is another algorithm");
    CHECK(why_not<RS256>(with(rsa_public, "use", "sig")).empty());
    for (const json& use : {json("enc"), json("SIG"), json(1), json("JWT-SVID"), json(json::array({"sig"}))}) {
        CHECK(why_not<RS256>(with(rsa_public, "use", use)) == "its use is not sig");
    }
    CHECK(why_not<RS256>(with(rsa_public, "key_ops", {"verify"})).empty());
    CHECK(why_not<RS256>(with(rsa_public, "key_ops", {"encrypt", "verify", "x-own"})).empty());
    for (const json& operations :
         {json::array({"sign"}), json::array({"verify", "verify"}), json("verify"), json::array({"verify", 1}),
          json::object(), json::array({"Verify"}), json::array({nullptr}), json::array({""})}) {
        CHECK(why_not<RS256>(with(rsa_public, "key_ops", operations)) == "its key_ops do not allow to verify");
    }
    CHECK(why_not<RS256>(with(with(rsa_public, "use", "enc"), "key_ops", {"verify"})) == "its use is not sig");
    CHECK(why_not<RS256>(with(with(rsa_public, "use", "sig"), "key_ops", {"sign"})) != "");
}

TEST_CASE("members that are null or empty count as absent, as .NET's serialiser writes them", "[jwk]") {
    json jwk = rsa_public;
    for (const char* const name : {"alg", "use", "kid", "crv", "d", "dp", "dq", "k", "p", "q", "qi", "x5t", "x5u"}) {
        jwk[name] = nullptr;
    }
    jwk["oth"] = jwk["key_ops"] = jwk["x5c"] = json::array();
    CHECK(why_not<RS256>(jwk).empty());
    for (const char* const name : {"alg", "use", "d", "p", "q", "dp", "dq", "qi", "oth", "key_ops"}) jwk[name] = "";
    CHECK(why_not<RS256>(jwk).empty());
    CHECK(DecodingKey<RS256>::from_jwk(jwk.dump())->kid().empty());
    CHECK(DecodingKey<RS256>::from_jwk(R"({"key_ops":[ ],)" + rsa_public.dump().substr(1)));
    CHECK(why_not<RS256>(with(rsa_public, "n", nullptr)) == "n or e is missing, zero, or not base64url");
    CHECK(why_not<RS256>(with(jwk, "use", "enc")) == "its use is not sig");
    CHECK(why_not<RS256>(with(jwk, "d", rsa["d"])) == "expected a public key, found a private one");
    CHECK(why_not_signing<RS256>(jwk) == "expected a private key, found a public one");
    CHECK(why_not<RS256>(with(rsa_public, "kty", "")) == "it has no kty");
}

TEST_CASE("the use value of SPIFFE's bundles means verification of tokens", "[jwk]") {
    CHECK(why_not<ES256>(with(p256_public, "use", "jwt-svid")).empty());
    CHECK(why_not<ES256>(with(p256_public, "use", "x509-svid")) == "its use is not sig");
    CHECK(why_not<ES256>(with(with(p256_public, "use", "jwt-svid"), "key_ops", {"sign"})) ==
          "its key_ops do not allow to verify");
}

TEST_CASE("each key half needs its own key_ops, and a pair both", "[jwk]") {
    const json to_sign = with(p256, "key_ops", {"sign"});
    CHECK(why_not_signing<ES256>(to_sign).empty());
    CHECK(why_not_signing<ES256>(with(p256, "key_ops", {"verify"})) == "its key_ops do not allow to sign");
    CHECK_FALSE(Keys<ES256>::from_jwk(to_sign.dump()));
    CHECK(Keys<ES256>::from_jwk(with(p256, "key_ops", {"sign", "verify"}).dump()));
    CHECK(why_not<HS256>(with(oct, "key_ops", {"sign"})) == "its key_ops do not allow to verify");
    CHECK(why_not<HS256>(with(oct, "key_ops", {"verify"})).empty());
    CHECK(why_not_signing<HS256>(with(oct, "key_ops", {"verify"})) == "its key_ops do not allow to sign");
}

TEST_CASE("the kid is read, and must be a string", "[jwk]") {
    CHECK(DecodingKey<ES256>::from_jwk(with(p256_public, "kid", "k1").dump())->kid() == "k1");
    CHECK(Keys<ES256>::from_jwk(with(p256, "kid", "k1").dump())->decoding.kid() == "k1");
    CHECK(DecodingKey<ES256>::from_jwk(p256_public.dump())->kid().empty());
    CHECK(why_not<ES256>(with(p256_public, "kid", 1)) == "its kid is not a string");
    CHECK(why_not<ES256>(with(p256_public, "kid", json::array({"k1"}))) == "its kid is not a string");
    CHECK(DecodingKey<ES256>::from_jwk(with(p256_public, "kid", nullptr).dump())->kid().empty());
}

TEST_CASE("unused members are ignored, also certificates", "[jwk][attack-13]") {
    CHECK(why_not<ES256>(with(p256_public, "x5c", json::array({"junk"}))).empty());
    CHECK(why_not<ES256>(with(p256_public, "x5u", "file:///etc/passwd")).empty());
    CHECK(why_not<ES256>(with(p256_public, "ext", true)).empty());
}

TEST_CASE("a secret or a private number with escapes is refused; other members may have escapes", "[jwk]") {
    constexpr std::string_view escaped = "a secret or private number is written with JSON escapes";
    const auto with_escape = [](const json& jwk, const std::string& name) {
        std::string text = jwk.dump();
        const std::size_t value = text.find('"' + name + "\":\"") + name.size() + 4;
        return text.replace(value, 1, support::escaped(text.substr(value, 1)));
    };
    const auto why = []<class Alg>(std::type_identity<Alg>, const std::string& text) {
        const auto made = detail::encoding_from_jwk<Alg>(text, false);
        return made ? "" : std::string{made.error().reason};
    };
    CHECK(why(std::type_identity<HS256>{}, with_escape(oct, "k")) == escaped);
    CHECK(why(std::type_identity<ES256>{}, with_escape(p256, "d")) == escaped);
    CHECK(why(std::type_identity<EdDSA>{}, with_escape(ed25519, "d")) == escaped);
    for (const char* const name : {"d", "p", "q", "dp", "dq", "qi"}) {
        CHECK(why(std::type_identity<RS256>{}, with_escape(rsa, name)) == escaped);
    }
    for (const char* const name : {"kty", "crv", "x", "y", "kid", "alg", "use"}) {
        const json jwk = with(with(with(p256, "kid", "k1"), "alg", "ES256"), "use", "sig");
        CHECK(why(std::type_identity<ES256>{}, with_escape(jwk, name)).empty());
    }
    CHECK(Keys<ES256>::from_jwk(with_escape(with(p256, "kid", "k1"), "kid"))->decoding.kid() == "k1");
    CHECK(why(std::type_identity<HS256>{}, R"({"kty":"oct","\u006b":)" + oct["k"].dump() + '}').empty());
}

TEST_CASE("a set is still read after a secret with escapes", "[jwk]") {
    const std::string good = oct["k"].get<std::string>();
    const auto set = KeySet<HS256>::from_jwks(R"({"keys":[{"kty":"oct","k":"\u0041)" + good.substr(1) +
                                              R"("},{"kty":"oct","k":")" + good + R"("}]})");
    REQUIRE(set);
    CHECK(set->size() == 1);
    REQUIRE(set->skipped().size() == 1);
    CHECK(set->skipped()[0].reason == "a secret or private number is written with JSON escapes");
}

TEST_CASE("the text must be one strict JSON object", "[jwk]") {
    for (const std::string_view text :
         {"", "junk", "[]", "1", "null", "\"kty\"", "{}", R"({"kty":"EC")", R"({"kty":"EC","kty":"EC"})",
          R"({"kty":"EC",})", "{\"kty\":\"\xff\"}", R"({"kty":1})", R"({"kty":null})", R"({"kty":"ec"})"}) {
        CAPTURE(text);
        const auto key = DecodingKey<ES256>::from_jwk(text);
        REQUIRE_FALSE(key);
        CHECK(key.error().code == Errc::invalid_key);
    }
    CHECK_FALSE(DecodingKey<ES256>::from_jwk(p256_public.dump() + "x"));
    CHECK(DecodingKey<ES256>::from_jwk(" \n" + p256_public.dump(2) + "\n"));
    CHECK_FALSE(DecodingKey<ES256>::from_jwk(p256_public.dump() + std::string(1 << 20, ' ')));
    CHECK_FALSE(DecodingKey<ES256>::from_jwk(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}"));
}

TEST_CASE("a refused text is reported with its kind", "[jwk]") {
    const auto reason = [](const std::string& text) {
        const auto key = DecodingKey<ES256>::from_jwk(text);
        return key ? "accepted" : std::string{key.error().reason};
    };
    CHECK(reason("\xef\xbb\xbf" + p256_public.dump()) == "accepted");
    CHECK(reason("\xef\xbb\xbf\xef\xbb\xbf" + p256_public.dump()) == "not strict JSON");
    CHECK(reason(p256_public.dump() + "x") == "not strict JSON");
    CHECK(reason("[" + p256_public.dump() + "]") == R"(a JSON array; expected a JWK, or {"keys": [...]})");
    CHECK(reason("1") == "JSON, but not an object");
    CHECK(reason(R"({"kty":"EC",)" + p256_public.dump().substr(1)) == "a JSON object names a member twice");
    CHECK(reason(R"({"ext":{"a":1,"a":1},)" + p256_public.dump().substr(1)) == "a JSON object names a member twice");
    CHECK(reason(std::string((1 << 20) + 1, ' ')) == "more than 1 MiB of text");
}

TEST_CASE("kty must fit the algorithm", "[jwk]") {
    CHECK(why_not<ES256>(rsa_public) == "a key of another type");
    CHECK(why_not<RS256>(p256_public) == "a key of another type");
    CHECK(why_not<EdDSA>(p256_public) == "a key of another type");
    CHECK(why_not<HS256>(rsa_public) == "a key of another type");
    CHECK(why_not<RS256>(oct) == "a key of another type");
    CHECK(why_not<RS256>(without(rsa_public, {"kty"})) == "it has no kty");
}

TEST_CASE("an RSA number is base64 of either alphabet, with or without padding and leading zeros", "[jwk]") {
    constexpr std::string_view fault = "n or e is missing, zero, or not base64url";
    const std::string n = rsa["n"];
    for (const char* name : {"n", "e"}) {
        CHECK(why_not<RS256>(without(rsa_public, {name})) == fault);
        for (const json& bad : {json(""), json("AA"), json(5), json(nullptr), json("A*QAB"), json("A")}) {
            CHECK(why_not<RS256>(with(rsa_public, name, bad)) == fault);
        }
    }
    CHECK(why_not<RS256>(with(rsa_public, "e", "AQAB\n")).empty());
    CHECK(why_not<RS256>(with(rsa_public, "e", "AQ=AB")) == fault);
    CHECK(why_not<RS256>(with(rsa_public, "e", "AQ\\AB")) == fault);
    std::string standard = n;
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    REQUIRE(standard != n);
    const std::string thumb = thumbprint(DecodingKey<RS256>::from_jwk(rsa_public.dump()).value()).value();
    for (const std::string& written : {n + "=", n + "==", standard, standard + "==", encoded('\0' + decoded(rsa["n"])),
                                       encoded(std::string(9, '\0') + decoded(rsa["n"]))}) {
        const auto key = DecodingKey<RS256>::from_jwk(with(with(rsa_public, "n", written), "e", "AAEAAQ==").dump());
        REQUIRE(key);
        CHECK(thumbprint(*key).value() == thumb);
    }
}

TEST_CASE("private numbers may be written in standard base64, whose slash JSON may escape", "[jwk]") {
    json jwk = rsa;
    for (const char* name : {"n", "d", "p", "q", "dp", "dq", "qi"}) {
        std::string text = encoded('\0' + decoded(jwk[name]));
        std::replace(text.begin(), text.end(), '-', '+');
        std::replace(text.begin(), text.end(), '_', '/');
        jwk[name] = text + "=";
    }
    CHECK(why_not_signing<RS256>(jwk).empty());
    std::string text = jwk.dump();
    for (std::size_t at = text.find('/'); at != std::string::npos; at = text.find('/', at + 2))
        text.insert(at, 1, '\\');
    CHECK(text.find("\\/") != std::string::npos);
    CHECK(EncodingKey<RS256>::from_jwk(text));
    CHECK(why_not_signing<RS256>(without(jwk, {"q"})) == "a private RSA number is missing, zero, or not base64url");
}

TEST_CASE("RSA keys outside the bounds of size and exponent are refused", "[jwk][attack-4]") {
    const auto code_of = [](const json& jwk) {
        const auto key = DecodingKey<RS256>::from_jwk(jwk.dump());
        return key ? "accepted" : std::string{to_string(key.error().code)};
    };
    CHECK(code_of(with(rsa_public, "n", modulus_of(512))) == "key_too_short");
    CHECK(code_of(with(rsa_public, "n", modulus_of(2047))) == "key_too_short");
    CHECK(code_of(with(rsa_public, "n", modulus_of(2048))) == "accepted");
    CHECK(code_of(with(rsa_public, "n", modulus_of(16384))) == "accepted");
    CHECK(code_of(with(rsa_public, "n", modulus_of(16385))) == "invalid_key");
    CHECK(code_of(with(rsa_public, "n", modulus_of(400'000))) == "invalid_key");
    CHECK(code_of(with(rsa_public, "n", encoded('\x80' + std::string(255, '\0')))) == "invalid_key");  // even
    for (const std::string_view exponent : {"AQ", "Aw", "EQ", "AP8", "_w", "__8"}) {  // 1, 3, 17, …, 65535
        CHECK(code_of(with(rsa_public, "e", exponent)) == "invalid_key");
    }
    CHECK(code_of(with(rsa_public, "e", "AQAA")) == "invalid_key");                                    // 65536
    CHECK(code_of(with(rsa_public, "e", "AQAC")) == "invalid_key");                                    // 65538
    CHECK(code_of(with(rsa_public, "e", "AQAD")) == "accepted");                                       // 65539
    CHECK(code_of(with(rsa_public, "e", encoded(std::string(8, '\xff')))) == "accepted");              // 64 bits
    CHECK(code_of(with(rsa_public, "e", encoded('\x01' + std::string(8, '\xff')))) == "invalid_key");  // 65 bits
}

TEST_CASE("a coordinate may lack its leading zeros or have more of them", "[jwk]") {
    constexpr std::string_view fault = "x or y is missing, not base64url, or too long for the curve";
    for (const char* name : {"x", "y"}) {
        CHECK(why_not<ES256>(without(p256_public, {name})) == fault);
        CHECK(why_not<ES256>(with(p256_public, name, "")) == fault);
        CHECK(why_not<ES256>(with(p256_public, name, 1)) == fault);
        CHECK(why_not<ES256>(with(p256_public, name, encoded('\x01' + decoded(p256[name])))) == fault);
        CHECK(why_not<ES256>(with(p256_public, name, encoded(decoded(p256[name]).substr(1)))) ==
              "a point that is not on its curve");
        for (const std::size_t zeros : {1U, 5U, 100U}) {
            CHECK(why_not<ES256>(with(p256_public, name, encoded(std::string(zeros, '\0') + decoded(p256[name]))))
                      .empty());
        }
        CHECK(why_not<ES256>(with(p256_public, name, p256[name].get<std::string>() + "=")).empty());
    }
    const auto without_zeros = [](json jwk) {  // removes those of each number; at least one number has some
        std::size_t dropped = 0;
        for (const char* name : {"x", "y", "d"}) {
            std::string bytes = decoded(jwk[name]);
            const std::size_t zeros = bytes.find_first_not_of('\0');
            dropped += zeros;
            jwk[name] = encoded(bytes.substr(zeros));
        }
        CHECK(dropped > 0);
        return jwk;
    };
    // The `x` of RFC 7515 A.4 begins with a zero byte.
    const auto lean = Keys<ES512>::from_jwk(without_zeros(p521).dump());
    REQUIRE(lean);
    CHECK(thumbprint(*lean).value() == thumbprint(Keys<ES512>::from_jwk(p521.dump()).value()).value());
    CHECK(verifies(DecodingKey<ES512>::from_jwk(p521_public.dump()).value(), "input", sign(lean->encoding, "input")));
}

TEST_CASE("a point must lie on the algorithm's curve", "[jwk][attack-5]") {
    CHECK(why_not<ES384>(p256_public) == "a key on another curve");
    CHECK(why_not<ES256K>(p256_public) == "a key on another curve");
    CHECK(why_not<ES256>(with(p256_public, "crv", "P-521")) == "a point that is not on its curve");
    CHECK(why_not<ES256>(with(p256_public, "crv", "secp256k1")) == "a point that is not on its curve");
    for (const json& curve : {json("P-257"), json("p-256"), json(""), json(256), json(nullptr), json("Ed25519")}) {
        CHECK(why_not<ES256>(with(p256_public, "crv", curve)) == "a curve that is not supported");
    }
    std::string y = decoded(p256["y"]);
    y.back() = static_cast<char>(y.back() ^ 1);
    CHECK(why_not<ES256>(with(p256_public, "y", encoded(y))) == "a point that is not on its curve");
    const std::string zero = encoded(std::string(32, '\0'));
    CHECK(why_not<ES256>(with(with(p256_public, "x", zero), "y", zero)) == "a point that is not on its curve");
    CHECK(why_not<ES256>(with(p256_public, "x", encoded(std::string(32, '\xff')))) ==
          "a point that is not on its curve");
}

TEST_CASE("OKP keys have exactly the length of their curve", "[jwk]") {
    constexpr std::string_view fault = "x is missing, not base64url, or not as long as the curve demands";
    CHECK(why_not<EdDSA>(without(ed25519_public, {"x"})) == fault);
    CHECK(why_not<EdDSA>(with(ed25519_public, "x", encoded(decoded(ed25519["x"]).substr(1)))) == fault);
    CHECK(why_not<EdDSA>(with(ed25519_public, "x", encoded(decoded(ed25519["x"]) + '\0'))) == fault);
    CHECK(why_not<EdDSA>(with(ed25519_public, "crv", "Ed448")) == fault);
    CHECK(why_not<EdDSA>(with(ed25519_public, "crv", "X25519")) == "a key of another type");
    CHECK(why_not<Ed448>(ed25519_public) == "a key on another curve");
    CHECK(why_not_signing<EdDSA>(with(ed25519, "d", encoded(std::string(31, 'd')))) ==
          "d is not base64url, or not as long as the curve demands");
}

TEST_CASE("a private key is refused as a public JWK, and the other way round", "[jwk][attack-15]") {
    constexpr std::string_view private_there = "expected a public key, found a private one";
    CHECK(why_not<RS256>(rsa) == private_there);
    CHECK(why_not<ES256>(p256) == private_there);
    CHECK(why_not<EdDSA>(ed25519) == private_there);
    CHECK(why_not<RS256>(without(rsa, {"p", "q", "dp", "dq", "qi"})) == private_there);
    for (const char* name : {"p", "q", "dp", "dq", "qi"}) {
        CHECK(why_not<RS256>(with(rsa_public, name, rsa[name])) != "");
    }
    constexpr std::string_view public_there = "expected a private key, found a public one";
    CHECK(why_not_signing<RS256>(rsa_public) == public_there);
    CHECK(why_not_signing<ES256>(p256_public) == public_there);
    CHECK(why_not_signing<EdDSA>(ed25519_public) == public_there);
}

TEST_CASE("the private half of a JWK must belong to its public half", "[jwk]") {
    const json other_ec = json::parse(export_private_jwk_in_the_clear(keys_of<ES256>()).value());
    constexpr std::string_view fault = "the private and the public half do not match";
    CHECK(why_not_signing<ES256>(with(p256, "d", other_ec["d"])) == fault);
    const json other_okp = json::parse(export_private_jwk_in_the_clear(keys_of<EdDSA>()).value());
    CHECK(why_not_signing<EdDSA>(with(ed25519, "d", other_okp["d"])) == fault);
    CHECK(why_not_signing<ES256>(with(p256, "d", encoded(std::string(32, '\0')))) != "");
    CHECK(why_not_signing<ES256>(with(p256, "d", encoded(std::string(32, '\xff')))) != "");
    const json other_rsa = json::parse(export_private_jwk_in_the_clear(keys_of<RS256>()).value());
    for (const char* name : {"n", "d", "p", "q", "dp", "dq", "qi"}) {
        CAPTURE(name);
        CHECK(why_not_signing<RS256>(with(rsa, name, other_rsa[name])) != "");
    }
    CHECK(why_not_signing<RS256>(with(rsa, "e", "AQAD")) != "");
}

TEST_CASE("the private members of RSA must be complete, or d alone", "[jwk]") {
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) {
        CHECK(why_not_signing<RS256>(without(rsa, {name})) != "");
    }
    CHECK(why_not_signing<RS256>(with(rsa, "oth", json::array({json::object()}))) ==
          "an RSA key of more than two primes");
    const json lean = without(rsa, {"p", "q", "dp", "dq", "qi"});
    const auto key = Keys<RS256>::from_jwk(lean.dump());
    REQUIRE(key);
    CHECK(verifies(key->decoding, "input", sign(key->encoding, "input")));
    CHECK(why_not_signing<RS256>(with(lean, "d", encoded(std::string(256, '\x11')))) != "");
}

TEST_CASE("a private exponent must be below the modulus: OpenSSL would compute for minutes with a huge one", "[jwk]") {
    const auto number = [](const json& member) {
        const std::string bytes = decoded(member);
        return detail::Number{
            BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr)};
    };
    // d + 2 (p - 1)(q - 1) signs as d does.
    const detail::Number d = number(rsa["d"]), p = number(rsa["p"]), q = number(rsa["q"]), order{BN_new()};
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context{BN_CTX_new(), BN_CTX_free};
    BN_sub_word(p.get(), 1);
    BN_sub_word(q.get(), 1);
    BN_mul(order.get(), p.get(), q.get(), context.get());
    BN_lshift1(order.get(), order.get());
    BN_add(d.get(), d.get(), order.get());
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(d.get())), '\0');
    BN_bn2bin(d.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    const json lean = without(rsa, {"p", "q", "dp", "dq", "qi"});
    const std::string reason = why_not_signing<RS256>(with(lean, "d", encoded(bytes)));
    INFO(reason);  // OpenSSL 3.5 refuses such numbers itself
    CHECK((reason == "the private and the public half do not match" || reason == "its numbers do not make a key"));
    CHECK(why_not_signing<RS256>(with(rsa, "d", encoded(bytes))) != "");
    CHECK(why_not_signing<RS256>(with(rsa, "p", encoded(std::string(100'000, '\xff')))) != "");
}

TEST_CASE("a JWK of a shared secret has the rules of a secret", "[jwk][attack-2][attack-3]") {
    const auto code_of = [](std::string_view secret) {
        const auto key = DecodingKey<HS256>::from_jwk(json{{"kty", "oct"}, {"k", encoded(secret)}}.dump());
        return key ? "accepted" : std::string{to_string(key.error().code)};
    };
    CHECK(code_of("") == "key_too_short");  // empty, not absent
    CHECK(code_of(std::string(31, 'x')) == "key_too_short");
    CHECK(code_of(std::string(32, 'x')) == "accepted");
    CHECK(code_of("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI") == "invalid_key");
    CHECK(code_of(R"({"kty":"RSA","n":"AQAB","e":"AQAB","alg":"RS256"})") == "invalid_key");
    CHECK(why_not<HS256>(json{{"kty", "oct"}}) == "k is missing or not base64url");
    CHECK(why_not<HS256>(json{{"kty", "oct"}, {"k", std::string(42, 'A') + "*"}}) == "k is missing or not base64url");
    CHECK(why_not<HS256>(json{{"kty", "oct"}, {"k", std::string(43, 'A') + "="}}).empty());
}
