// SPDX-License-Identifier: MIT
// JWK Sets: what is skipped and why, and which key a token gets. RFC 7517 §5
#include <credence/jwk.hpp>
#include <credence/key_set.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/rfc_vectors.hpp"
#include "support/signing.hpp"

#include <nlohmann/json.hpp>

using namespace credence;
using nlohmann::json;
using support::keys_of;
using support::sign;

namespace {

template <Algorithm Alg>
json jwk_of(const std::string& kid = "") {
    return json::parse(to_jwk(keys_of<Alg>().with_kid(kid)).value());
}

json without_alg(json jwk) {
    jwk.erase("alg");
    return jwk;
}

json with(json jwk, const char* name, json value) {
    jwk[name] = std::move(value);
    return jwk;
}

std::string set_of(const std::vector<json>& keys) { return json{{"keys", keys}}.dump(); }

template <class Set>
std::string found(const Set& set, std::string_view alg, KeyId kid) {
    const auto key = set.find(alg, kid);
    return key ? "found" : std::string{to_string(key.error().code)};
}

/// Why the only entry of a set was skipped.
template <class Set>
std::string reason(const json& jwk) {
    const auto set = Set::from_jwks(set_of({jwk}));
    REQUIRE(set);
    CHECK(set->size() + set->skipped().size() == 1);
    return set->skipped().empty() ? "" : set->skipped().front().reason;
}

using Both = KeySet<RS256, ES256>;

}  // namespace

TEST_CASE("a key is found by its kid and alg", "[key_set]") {
    const auto set = Both::from_jwks(set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e")})).value();
    CHECK(set.size() == 2);
    CHECK(set.skipped().empty());
    CHECK(found(set, "RS256", "r") == "found");
    CHECK(found(set, "ES256", "e") == "found");
    CHECK(found(set, "RS256", "e") == "no_matching_key");
    CHECK(found(set, "ES256", "r") == "no_matching_key");
    CHECK(found(set, "PS256", "r") == "no_matching_key");
    const std::string signature = sign(keys_of<ES256>().encoding, "input");
    CHECK((*set.find("ES256", "e"))->verify("input", detail::as_bytes(signature)));
}

TEST_CASE("without a kid exactly one key may fit the alg", "[key_set]") {
    const auto set = Both::from_jwks(set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e")})).value();
    CHECK(found(set, "RS256", std::nullopt) == "found");
    const json other = json::parse(to_jwk(Keys<ES256>::generate().value().with_kid("e2")).value());
    const auto larger = Both::from_jwks(set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e"), other})).value();
    CHECK(found(larger, "RS256", std::nullopt) == "found");
    CHECK(found(larger, "ES256", std::nullopt) == "ambiguous_key");
    CHECK(found(larger, "ES256", "e2") == "found");
}

TEST_CASE("a kid that no key has matches nothing, also in a set of one", "[key_set][attack-12]") {
    const auto set = Both::from_jwks(set_of({jwk_of<ES256>("e")})).value();
    for (const std::string& kid : {std::string{"x"}, std::string{"E"}, std::string{"e "}, std::string{"../../dev/null"},
                                   std::string{"' OR 1=1 --"}, std::string(256, 'k'), std::string(100'000, 'k')}) {
        CHECK(found(set, "ES256", kid) == "no_matching_key");
    }
    const auto nameless = Both::from_jwks(set_of({jwk_of<ES256>()})).value();
    CHECK(found(nameless, "ES256", std::nullopt) == "found");
    CHECK(found(nameless, "ES256", "e") == "no_matching_key");
}

TEST_CASE("an empty kid is a kid: it matches the key whose kid is empty, and no other", "[key_set][attack-12]") {
    const json named = jwk_of<ES256>("e");
    const json nameless = jwk_of<ES256>();
    const json empty = with(json::parse(to_jwk(Keys<ES256>::generate().value()).value()), "kid", "");
    CHECK(found(Both::from_jwks(set_of({named})).value(), "ES256", "") == "no_matching_key");
    CHECK(found(Both::from_jwks(set_of({nameless})).value(), "ES256", "") == "no_matching_key");
    CHECK(found(Both::from_jwks(set_of({named, nameless})).value(), "ES256", "") == "no_matching_key");
    const auto set = Both::from_jwks(set_of({named, nameless, empty})).value();
    CHECK(*set.find("ES256", "") != *set.find("ES256", "e"));
    CHECK(found(set, "ES256", std::nullopt) == "ambiguous_key");
    CHECK(found(Both::from_jwks(set_of({empty})).value(), "ES256", std::nullopt) == "found");
}

TEST_CASE("a kid of more than 256 bytes or with a control character never matches", "[key_set][attack-12]") {
    for (const std::string& kid :
         {std::string(257, 'k'), std::string{"a\nb"}, std::string{"a\0b", 3}, std::string{"\x7f"}, std::string{"a\x1f"},
          std::string{"a\xc2\x85"}, std::string{"\xc2\x9f"}}) {
        const auto set = Both::from_jwks(set_of({jwk_of<ES256>(kid)})).value();
        CHECK(set.size() == 1);
        CHECK(found(set, "ES256", kid) == "no_matching_key");
        CHECK(found(set, "ES256", std::nullopt) == "found");
    }
    const std::string beyond_controls = "\xc2\xa0\xc3\x85";  // U+00A0 U+00C5
    CHECK(found(Both::from_jwks(set_of({jwk_of<ES256>(beyond_controls)})).value(), "ES256", beyond_controls) ==
          "found");
    const std::string longest(256, 'k');
    CHECK(found(Both::from_jwks(set_of({jwk_of<ES256>(longest)})).value(), "ES256", longest) == "found");
}

TEST_CASE("two usable keys with one kid and alg are ambiguous", "[key_set][attack-15]") {
    const json other = json::parse(to_jwk(Keys<ES256>::generate().value().with_kid("e")).value());
    const auto set = Both::from_jwks(set_of({jwk_of<ES256>("e"), other, jwk_of<RS256>("e")})).value();
    CHECK(set.size() == 3);
    CHECK(found(set, "ES256", "e") == "ambiguous_key");
    CHECK(found(set, "RS256", "e") == "found");
    const auto with_unusable =
        Both::from_jwks(set_of({jwk_of<ES256>("e"), with(other, "use", "enc"), with(other, "alg", "ES384")})).value();
    CHECK(with_unusable.size() == 1);
    CHECK(found(with_unusable, "ES256", "e") == "found");
}

TEST_CASE("a key without alg serves every algorithm of the list that it can", "[key_set]") {
    using Rsa = KeySet<RS256, PS256, RS512, ES256>;
    const auto set = Rsa::from_jwks(set_of({without_alg(jwk_of<RS256>("r"))})).value();
    CHECK(set.size() == 1);
    for (const std::string_view alg : {"RS256", "PS256", "RS512"}) CHECK(found(set, alg, "r") == "found");
    CHECK(found(set, "ES256", "r") == "no_matching_key");
    CHECK(found(set, "RS384", "r") == "no_matching_key");
    const auto named = Rsa::from_jwks(set_of({jwk_of<RS256>("r")})).value();
    CHECK(found(named, "PS256", "r") == "no_matching_key");
}

TEST_CASE("entries that no algorithm of the list can use are skipped, with the reason", "[key_set][attack-15]") {
    const json good = jwk_of<ES256>("e");
    CHECK(reason<Both>(good).empty());
    CHECK(reason<Both>(with(good, "use", "enc")) == "its use is not sig");
    CHECK(reason<Both>(with(good, "key_ops", {"sign"})) == "its key_ops do not allow to verify");
    CHECK(reason<Both>(with(good, "alg", "ES384")) == "its alg is none of this set's");
    CHECK(reason<Both>(with(good, "alg", "ECDH-ES")) == "its alg is none of this set's");
    CHECK(reason<Both>(with(good, "alg", 7)) == "its alg is none of this set's");
    CHECK(reason<Both>(with(good, "kty", "oct")) == "a key of another type");
    CHECK(reason<Both>(with(without_alg(good), "kty", "new")) == "a key of another type");
    CHECK(reason<Both>(with(good, "kid", 7)) == "its kid is not a string");
    CHECK(reason<Both>(with(without_alg(good), "crv", "P-384")) == "a coordinate of another length");
    CHECK(reason<Both>(without_alg(jwk_of<ES384>())) == "a key on another curve");
    CHECK(reason<Both>(without_alg(jwk_of<EdDSA>())) == "a key of another type");
    CHECK(reason<Both>(json::parse(export_private_jwk_in_the_clear(keys_of<ES256>()).value())) ==
          "a private key, and a public one is due");
    CHECK(reason<Both>(json{{"kty", "RSA"}, {"n", "wQ"}, {"e", "AQAB"}}) == "an RSA key of less than 2048 bits");
    CHECK(reason<Both>(json::object()) == "no kty");
    for (const json& entry : {json(1), json("key"), json(nullptr), json::array()}) {
        CHECK(reason<Both>(entry) == "not an object");
    }
    CHECK(reason<KeySet<HS256>>(json{{"kty", "oct"}, {"k", "c2hvcnQ"}}) == "a secret shorter than the hash");
}

TEST_CASE("skipped entries keep their place and name, and do not hide the good ones", "[key_set]") {
    const auto set = Both::from_jwks(
        set_of({with(jwk_of<ES256>("enc"), "use", "enc"), jwk_of<ES256>("e"), json(1), jwk_of<RS256>("r")}));
    REQUIRE(set);
    CHECK(set->size() == 2);
    REQUIRE(set->skipped().size() == 2);
    CHECK(set->skipped()[0].index == 0);
    CHECK(set->skipped()[0].kid == "enc");
    CHECK(set->skipped()[1].index == 2);
    CHECK(set->skipped()[1].kid.empty());
    CHECK(found(*set, "ES256", "e") == "found");
    CHECK(found(*set, "ES256", "enc") == "no_matching_key");
}

TEST_CASE("a set may be empty, and then has no key for anybody", "[key_set]") {
    const auto set = Both::from_jwks(R"({"keys":[]})").value();
    CHECK(set.empty());
    CHECK(found(set, "ES256", std::nullopt) == "no_matching_key");
    CHECK(found(set, "ES256", "e") == "no_matching_key");
}

TEST_CASE("what is no JWK Set is refused as a whole", "[key_set]") {
    for (const std::string_view text :
         {"", "junk", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":"x"})", R"({"Keys":[]})",
          R"({"keys":[]}x)", R"({"keys":[],"keys":[]})", R"({"keys":[{"kty":"EC","kty":"EC"}]})", R"({"keys":[)"}) {
        CAPTURE(text);
        const auto set = Both::from_jwks(text);
        REQUIRE_FALSE(set);
        CHECK(set.error().code == Errc::invalid_key);
    }
    CHECK(Both::from_jwks(R"({"keys":[],"issuer":"https://id.example"})"));
    CHECK_FALSE(Both::from_jwks(jwk_of<ES256>().dump()));
}

TEST_CASE("a set has at most 1,000 keys and 1 MiB", "[key_set]") {
    const std::vector<json> thousand(1000, json(1));
    CHECK(Both::from_jwks(set_of(thousand)).value().skipped().size() == 1000);
    CHECK_FALSE(Both::from_jwks(set_of(std::vector<json>(1001, json(1)))));
    const std::string empty = R"({"keys":[]})";
    CHECK(Both::from_jwks(empty + std::string((1 << 20) - empty.size(), ' ')));
    CHECK_FALSE(Both::from_jwks(empty + std::string((1 << 20) - empty.size() + 1, ' ')));
}

TEST_CASE("shared secrets make a set of their own", "[key_set]") {
    const auto first = Keys<HS256>::generate().value().with_kid("a");
    const auto second = Keys<HS512>::generate().value().with_kid("b");
    const json set{{"keys",
                    {json::parse(export_private_jwk_in_the_clear(first).value()),
                     json::parse(export_private_jwk_in_the_clear(second).value())}}};
    const auto keys = KeySet<HS256, HS512>::from_jwks(set.dump()).value();
    CHECK(keys.size() == 2);
    CHECK((*keys.find("HS512", "b"))->verify("input", detail::as_bytes(sign(second.encoding, "input"))));
    CHECK(found(keys, "HS256", "b") == "no_matching_key");
}

TEST_CASE("single keys can be put together", "[key_set]") {
    const auto set = Both::from_keys(keys_of<RS256>().with_kid("r"), keys_of<ES256>().decoding.with_kid("e"));
    CHECK(set.size() == 2);
    CHECK(found(set, "RS256", "r") == "found");
    CHECK(found(set, "ES256", "e") == "found");
    CHECK(found(set, "ES256", "r") == "no_matching_key");
    CHECK(Both::from_keys().empty());
}

TEST_CASE("the list of algorithms is closed", "[key_set][attack-1]") {
    STATIC_REQUIRE(Both::accepts("RS256"));
    STATIC_REQUIRE(Both::accepts("ES256"));
    for (const std::string_view alg : {"", "none", "None", "HS256", "RS512", "rs256", "RS256 ", "ES256K"}) {
        CHECK_FALSE(Both::accepts(alg));
    }
}

TEST_CASE("a key found in a copy of a set outlives the set", "[key_set]") {
    auto set = Both::from_jwks(set_of({jwk_of<ES256>("e")})).value();
    const auto copy = set;
    const auto* const key = *set.find("ES256", "e");
    set = Both::from_jwks(R"({"keys":[]})").value();
    CHECK(key->verify("input", detail::as_bytes(sign(keys_of<ES256>().encoding, "input"))));
    CHECK(found(copy, "ES256", "e") == "found");
}

TEST_CASE("the public keys of the RFCs form a set", "[key_set]") {
    json rsa = json::parse(support::rfc7520_4_1.jwk);
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi"}) rsa.erase(name);
    json ec = json::parse(support::rfc7520_4_3.jwk);
    ec.erase("d");
    const auto set = KeySet<RS256, PS384, ES512>::from_jwks(set_of({rsa, ec})).value();
    for (const auto& [alg, vector] :
         {std::pair{"RS256", support::rfc7520_4_1}, std::pair{"PS384", support::rfc7520_4_2},
          std::pair{"ES512", support::rfc7520_4_3}}) {
        const auto key = set.find(alg, "bilbo.baggins@hobbiton.example");
        REQUIRE(key);
        const std::string signature = *detail::decode_base64url(vector.signature);
        CHECK((*key)->verify(vector.signing_input, detail::as_bytes(signature)));
    }
}

TEST_CASE("reading sets leaves the error queue alone", "[key_set][error-queue]") {
    const std::string good = set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e")});
    const std::string mixed =
        set_of({with(jwk_of<ES256>(), "x", std::string(43, 'A')), json{{"kty", "RSA"}, {"n", "wQ"}, {"e", "AQAB"}}});
    support::check_error_queue_around([&] { CHECK(Both::from_jwks(good)); });
    support::check_error_queue_around([&] { CHECK(Both::from_jwks(mixed)); });
    support::check_error_queue_around([&] { CHECK_FALSE(Both::from_jwks("junk")); });
}
