// SPDX-License-Identifier: MIT
// JWK Sets: which entries are skipped and why, and which key a token gets. RFC 7517 §5
#include <credence/keys/key_export.hpp>
#include <credence/keys/key_set.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/error_queue.hpp"
#include "support/key_files.hpp"
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
    const auto key = set.find({.alg = alg, .kid = kid});
    return key ? "found" : std::string{to_string(key.error().code)};
}

/// The reason why the only entry of a set was skipped.
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
    CHECK((*set.find({.alg = "ES256", .kid = "e"}))->verify("input", detail::as_bytes(signature)));
}

TEST_CASE("without a kid, exactly one key must fit the alg", "[key_set]") {
    const auto set = Both::from_jwks(set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e")})).value();
    CHECK(found(set, "RS256", std::nullopt) == "found");
    const json other = json::parse(to_jwk(Keys<ES256>::generate().value().with_kid("e2")).value());
    const auto larger = Both::from_jwks(set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e"), other})).value();
    CHECK(found(larger, "RS256", std::nullopt) == "found");
    CHECK(found(larger, "ES256", std::nullopt) == "ambiguous_key");
    CHECK(found(larger, "ES256", "e2") == "found");
}

TEST_CASE("an unknown kid matches nothing, also in a set of one key", "[key_set][attack-12]") {
    const auto set = Both::from_jwks(set_of({jwk_of<ES256>("e")})).value();
    for (const std::string& kid : {std::string{"x"}, std::string{"E"}, std::string{"e "}, std::string{"../../dev/null"},
                                   std::string{"' OR 1=1 --"}, std::string(1024, 'k'), std::string(100'000, 'k')}) {
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
    CHECK(*set.find({.alg = "ES256", .kid = ""}) != *set.find({.alg = "ES256", .kid = "e"}));
    CHECK(found(set, "ES256", std::nullopt) == "ambiguous_key");
    CHECK(found(Both::from_jwks(set_of({empty})).value(), "ES256", std::nullopt) == "found");
}

TEST_CASE("a kid with a control character never matches", "[key_set][attack-12]") {
    for (const std::string& kid : {std::string{"a\nb"}, std::string{"a\0b", 3}, std::string{"\x7f"},
                                   std::string{"a\x1f"}, std::string{"a\xc2\x85"}, std::string{"\xc2\x9f"}}) {
        const auto set = Both::from_jwks(set_of({jwk_of<ES256>(kid)})).value();
        CHECK(set.size() == 1);
        CHECK(found(set, "ES256", kid) == "no_matching_key");
        CHECK(found(set, "ES256", std::nullopt) == "found");
    }
    const std::string beyond_controls = "\xc2\xa0\xc3\x85";  // U+00A0 U+00C5
    CHECK(found(Both::from_jwks(set_of({jwk_of<ES256>(beyond_controls)})).value(), "ES256", beyond_controls) ==
          "found");
}

TEST_CASE("a kid has at most 1,024 bytes; a key with a longer one is skipped", "[key_set][attack-12]") {
    const std::string longest(1024, 'k');
    CHECK(found(Both::from_jwks(set_of({jwk_of<ES256>(longest)})).value(), "ES256", longest) == "found");
    const auto set = Both::from_jwks(set_of({jwk_of<ES256>(longest + "k")})).value();
    CHECK(set.empty());
    REQUIRE(set.skipped().size() == 1);
    CHECK(set.skipped()[0].reason == "its kid is longer than 1,024 bytes");
    CHECK(set.skipped()[0].kid.empty());
    CHECK(found(set, "ES256", longest + "k") == "no_matching_key");
    CHECK(found(set, "ES256", std::nullopt) == "no_matching_key");
    CHECK(Both::from_keys(keys_of<ES256>().with_kid(longest + "k")).skipped().size() == 1);
    CHECK(Both::from_keys(keys_of<ES256>().with_kid(longest)).size() == 1);
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

TEST_CASE("a key without alg serves every algorithm of the list that fits its type", "[key_set]") {
    using Rsa = KeySet<RS256, PS256, RS512, ES256>;
    const auto set = Rsa::from_jwks(set_of({without_alg(jwk_of<RS256>("r"))})).value();
    CHECK(set.size() == 1);
    for (const std::string_view alg : {"RS256", "PS256", "RS512"}) CHECK(found(set, alg, "r") == "found");
    CHECK(found(set, "ES256", "r") == "no_matching_key");
    CHECK(found(set, "RS384", "r") == "no_matching_key");
    const auto named = Rsa::from_jwks(set_of({jwk_of<RS256>("r")})).value();
    CHECK(found(named, "PS256", "r") == "no_matching_key");
}

TEST_CASE("entries that fit no algorithm of the list are skipped with a reason", "[key_set][attack-15]") {
    const json good = jwk_of<ES256>("e");
    CHECK(reason<Both>(good).empty());
    CHECK(reason<Both>(with(good, "use", "enc")) == "its use is not sig");
    CHECK(reason<Both>(with(good, "key_ops", {"sign"})) == "its key_ops do not allow to verify");
    CHECK(reason<Both>(with(good, "alg", "ES384")) == "its alg is not in the list of this set");
    CHECK(reason<Both>(with(good, "alg", "ECDH-ES")) == "its alg is not in the list of this set");
    CHECK(reason<Both>(with(good, "alg", 7)) == "its alg is not in the list of this set");
    CHECK(reason<Both>(with(good, "kty", "oct")) == "k is missing or not base64url");
    CHECK(reason<Both>(with(without_alg(good), "kty", "new")) == "a key of another type");
    CHECK(reason<Both>(with(good, "kid", 7)) == "its kid is not a string");
    CHECK(reason<Both>(with(without_alg(good), "crv", "P-384")) == "a point that is not on its curve");
    CHECK(reason<Both>(without_alg(jwk_of<ES384>())) == "a key on another curve");
    CHECK(reason<Both>(without_alg(jwk_of<EdDSA>())) == "a key of another type");
    CHECK(reason<Both>(json::parse(export_private_jwk_in_the_clear(keys_of<ES256>()).value())) ==
          "expected a public key, found a private one");
    CHECK(reason<Both>(json{{"kty", "RSA"}, {"n", "wQ"}, {"e", "AQAB"}}) == "an RSA key of less than 2048 bits");
    CHECK(reason<Both>(json::object()) == "it has no kty");
    CHECK(reason<KeySet<ES384, ES256>>(with(without_alg(good), "x", "AA")) == "a point that is not on its curve");
    CHECK(reason<KeySet<ES256, ES384>>(with(without_alg(good), "x", "AA")) == "a point that is not on its curve");
    for (const json& entry : {json(1), json("key"), json(nullptr), json::array()}) {
        CHECK(reason<Both>(entry) == "not an object");
    }
    CHECK(reason<KeySet<HS256>>(json{{"kty", "oct"}, {"k", "c2hvcnQ"}}) == "a secret shorter than the hash");
}

TEST_CASE("skipped entries are reported with place and name, and do not hide good ones", "[key_set]") {
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

TEST_CASE("a set may be empty, and then finds no key", "[key_set]") {
    const auto set = Both::from_jwks(R"({"keys":[]})").value();
    CHECK(set.empty());
    CHECK(found(set, "ES256", std::nullopt) == "no_matching_key");
    CHECK(found(set, "ES256", "e") == "no_matching_key");
}

TEST_CASE("a text that is not a JWK Set is refused as a whole", "[key_set]") {
    for (const std::string_view text :
         {"", "junk", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":"x"})", R"({"Keys":[]})",
          R"({"keys":[]}x)", R"({"keys":[],"keys":[]})", R"({"keys":[)"}) {
        CAPTURE(text);
        const auto set = Both::from_jwks(text);
        REQUIRE_FALSE(set);
        CHECK(set.error().code == Errc::invalid_key);
    }
    CHECK(Both::from_jwks(R"({"keys":[],"issuer":"https://id.example"})"));
    CHECK_FALSE(Both::from_jwks(jwk_of<ES256>().dump()));
}

TEST_CASE("a text that is not a JWK Set is reported with its kind", "[key_set]") {
    const auto reason_of = [](const std::string& text) { return std::string{Both::from_jwks(text).error().reason}; };
    CHECK(reason_of(jwk_of<ES256>().dump()) == R"(a single JWK; expected a JWK Set, {"keys": [...]})");
    CHECK(reason_of(json::array({jwk_of<ES256>()}).dump()) == R"(a JSON array; expected a JWK, or {"keys": [...]})");
    CHECK(reason_of(json{{"k1", support::key_files::rsa_certificate}}.dump()) ==
          "a map from key ids to PEM; make a key of each with from_pem, and a set with KeySet::from_keys");
    CHECK(reason_of(R"({"error":"not found"})") == R"(not a JWK Set: it has no array "keys")");
    CHECK(reason_of(R"({"keys":{}})") == R"(not a JWK Set: it has no array "keys")");
    CHECK(reason_of("<html>") == "not strict JSON");
    CHECK(reason_of(json(set_of({jwk_of<ES256>()})).dump()) ==
          "JSON inside a JSON string; decode the string, then use from_jwk, or KeySet::from_jwks for a set");
    CHECK(reason_of(R"({"issuer":"https://id.example","jwks_uri":"https://id.example/jwks"})") ==
          "an issuer's metadata; its keys are at its jwks_uri");
    CHECK(reason_of(R"({"keys":[],"keys":[]})") == "a JSON object names a member twice");
    CHECK(reason_of(R"({"keys":[],"a":{"b":1,"b":1}})") == "a JSON object names a member twice");
    CHECK(reason_of(set_of(std::vector<json>(1001, json(1)))) == "a JWK Set of more than 1,000 keys");
    CHECK(reason_of(std::string((1 << 20) + 1, ' ')) == "more than 1 MiB of text");
}

TEST_CASE("a byte order mark may precede a set", "[key_set]") {
    CHECK(Both::from_jwks("\xef\xbb\xbf" + set_of({jwk_of<ES256>("e")})).value().size() == 1);
}

TEST_CASE("a key with a duplicate member is skipped, and the rest of the set is read", "[key_set]") {
    const std::string good = jwk_of<ES256>("e").dump();
    const std::string rest = jwk_of<RS256>("r").dump().substr(1);
    for (const std::string& doubled : {R"({"kty":"RSA",)" + rest, R"({"ext":[{"a":1,"a":2}],)" + rest}) {
        const auto set = Both::from_jwks(R"({"keys":[)" + doubled + "," + good + "]}");
        REQUIRE(set);
        CHECK(set->size() == 1);
        REQUIRE(set->skipped().size() == 1);
        CHECK(set->skipped()[0].index == 0);
        CHECK(set->skipped()[0].kid == "r");
        CHECK(set->skipped()[0].reason == "it names a member twice");
        CHECK(found(*set, "RS256", "r") == "no_matching_key");
        CHECK(found(*set, "ES256", "e") == "found");
    }
}

TEST_CASE("a key that a set lists twice counts once", "[key_set]") {
    const json one = jwk_of<ES256>("e");
    const auto set = Both::from_jwks(set_of({one, with(one, "ext", true), jwk_of<RS256>("r")})).value();
    CHECK(set.size() == 2);
    CHECK(set.skipped().empty());
    CHECK(found(set, "ES256", "e") == "found");
    CHECK(found(set, "ES256", std::nullopt) == "found");
    const auto renamed = Both::from_jwks(set_of({one, with(one, "kid", "e2")})).value();
    CHECK(renamed.size() == 2);
    CHECK(*renamed.find({.alg = "ES256", .kid = "e"}) == *renamed.find({.alg = "ES256", .kid = "e2"}));
    CHECK(found(renamed, "ES256", std::nullopt) == "found");
    const auto secret = Keys<HS256>::generate().value();
    CHECK(KeySet<HS256>::from_keys(secret, secret).size() == 1);
    CHECK(KeySet<HS256>::from_keys(secret, Keys<HS256>::generate().value()).size() == 2);
}

TEST_CASE("no_matching_key and ambiguous_key have a reason", "[key_set]") {
    const json other = json::parse(to_jwk(Keys<ES256>::generate().value().with_kid("e")).value());
    const auto set =
        Both::from_jwks(set_of({with(jwk_of<RS256>("r"), "use", "enc"), jwk_of<ES256>("e"), other})).value();
    const auto reason_of = [&](std::string_view alg, KeyId kid) {
        return std::string{set.find({.alg = alg, .kid = kid}).error().reason};
    };
    CHECK(reason_of("RS256", "r") == "the key with this kid was skipped: its use is not sig");
    CHECK(reason_of("RS256", "x") == "there is no key with this kid");
    CHECK(reason_of("RS256", "e") == "the key with this kid is for another alg");
    CHECK(reason_of("RS256", std::nullopt) == "no key is for this alg, and one was skipped: its use is not sig");
    CHECK(reason_of("RS256", "a\nb") == "the kid is longer than 1,024 bytes or has a control character");
    CHECK(reason_of("ES256", "e") == "several keys have this kid");
    CHECK(reason_of("ES256", std::nullopt) == "several keys are for this alg, and the token has no kid");
}

TEST_CASE("only skipped keys that could serve the alg are named as the reason", "[key_set]") {
    const auto reason_in = [](std::vector<json> keys) {
        return std::string{
            KeySet<ES256>::from_jwks(set_of(std::move(keys))).value().find({.alg = "ES256"}).error().reason};
    };
    CHECK(reason_in({}) == "no key is for this alg");
    CHECK(reason_in({jwk_of<RS256>("r")}) == "no key is for this alg");
    CHECK(reason_in({with(jwk_of<ES256>(), "alg", "RS512")}) == "no key is for this alg");
    CHECK(reason_in({jwk_of<RS256>("r"), with(jwk_of<ES256>(), "key_ops", json::array({"sign"}))}) ==
          "no key is for this alg, and one was skipped: its key_ops do not allow to verify");
}

TEST_CASE("without a kid, a certificate's thumbprint chooses among several keys", "[key_set]") {
    const json first = with(jwk_of<ES256>("a"), "x5t", "AAAA-A");
    const json second =
        with(with(json::parse(to_jwk(Keys<ES256>::generate().value().with_kid("b")).value()), "x5t", "BBBB+/=="),
             "x5t#S256", "CCCC");
    const auto set = Both::from_jwks(set_of({first, second})).value();
    const auto kid_of = [&](const KeyQuery& query) -> std::string {
        const auto key = set.find(query);
        if (!key) return std::string{to_string(key.error().code)};
        return *key == *set.find({.alg = "ES256", .kid = "a"}) ? "a" : "b";
    };
    CHECK(kid_of({.alg = "ES256", .x5t = "AAAA-A"}) == "a");
    CHECK(kid_of({.alg = "ES256", .x5t = "BBBB-_"}) == "b");
    CHECK(kid_of({.alg = "ES256", .x5t_s256 = "CCCC"}) == "b");
    CHECK(kid_of({.alg = "ES256", .x5t = "AAAA-A", .x5t_s256 = "CCCC"}) == "b");
    CHECK(kid_of({.alg = "ES256", .x5t = "DDDD"}) == "ambiguous_key");
    CHECK(kid_of({.alg = "ES256", .kid = "b", .x5t = "AAAA-A"}) == "b");
    CHECK(kid_of({.alg = "ES256", .kid = "c", .x5t = "AAAA-A"}) == "no_matching_key");
    CHECK(kid_of({.alg = "RS256", .x5t = "AAAA-A"}) == "no_matching_key");
    CHECK(found(Both::from_jwks(set_of({first})).value(), "ES256", std::nullopt) == "found");
}

TEST_CASE("matching keys are tried one by one only with try_all, and at most 16", "[key_set]") {
    std::vector<json> keys;
    for (int count = 0; count < 18; ++count) {
        keys.push_back(json::parse(to_jwk(Keys<ES256>::generate().value()).value()));
    }
    keys.push_back(keys.front());
    const auto strict = Both::from_jwks(set_of(keys)).value();
    CHECK(strict.candidates({.alg = "ES256"}).empty());
    const auto set = Both::from_jwks(set_of(keys), {.try_all = true}).value();
    CHECK(set.candidates({.alg = "ES256"}).size() == 16);
    CHECK(set.candidates({.alg = "RS256"}).empty());
    CHECK(set.candidates({.alg = "ES256", .kid = "e"}).empty());
    CHECK(found(set, "ES256", std::nullopt) == "ambiguous_key");
    const auto two =
        Both::from_jwks(
            set_of({with(keys[0], "kid", "e"), with(keys[1], "kid", "e"), keys[2], with(keys[0], "kid", "f")}),
            {.try_all = true})
            .value();
    CHECK(two.candidates({.alg = "ES256", .kid = "e"}).size() == 2);
    CHECK(two.candidates({.alg = "ES256"}).size() == 3);
}

TEST_CASE("a set has at most 1,000 keys and 1 MiB", "[key_set]") {
    const std::vector<json> thousand(1000, json(1));
    CHECK(Both::from_jwks(set_of(thousand)).value().skipped().size() == 1000);
    CHECK_FALSE(Both::from_jwks(set_of(std::vector<json>(1001, json(1)))));
    const std::string empty = R"({"keys":[]})";
    CHECK(Both::from_jwks(empty + std::string((1 << 20) - empty.size(), ' ')));
    CHECK_FALSE(Both::from_jwks(empty + std::string((1 << 20) - empty.size() + 1, ' ')));
}

TEST_CASE("shared secrets are in a separate set", "[key_set]") {
    const auto first = Keys<HS256>::generate().value().with_kid("a");
    const auto second = Keys<HS512>::generate().value().with_kid("b");
    const json set{{"keys",
                    {json::parse(export_private_jwk_in_the_clear(first).value()),
                     json::parse(export_private_jwk_in_the_clear(second).value())}}};
    const auto keys = KeySet<HS256, HS512>::from_jwks(set.dump()).value();
    CHECK(keys.size() == 2);
    CHECK(
        (*keys.find({.alg = "HS512", .kid = "b"}))->verify("input", detail::as_bytes(sign(second.encoding, "input"))));
    CHECK(found(keys, "HS256", "b") == "no_matching_key");
}

TEST_CASE("a set can be made from single keys", "[key_set]") {
    const auto set = Both::from_keys(keys_of<RS256>().with_kid("r"), keys_of<ES256>().decoding.with_kid("e"));
    CHECK(set.size() == 2);
    CHECK(found(set, "RS256", "r") == "found");
    CHECK(found(set, "ES256", "e") == "found");
    CHECK(found(set, "ES256", "r") == "no_matching_key");
    CHECK(Both::from_keys().empty());
}

TEST_CASE("a range of keys, or a map from key ids to keys, makes a set", "[key_set]") {
    const auto second = Keys<ES256>::generate().value();
    const std::vector<DecodingKey<ES256>> keys{keys_of<ES256>().decoding.with_kid("a"), second.decoding};
    const auto set = Both::from_keys(keys, {.try_all = true});
    CHECK(set.size() == 2);
    CHECK(found(set, "ES256", "a") == "found");
    CHECK(set.candidates({.alg = "ES256"}).size() == 2);
    const auto twice = Both::from_keys(
        std::vector{second.decoding, second.decoding, second.decoding.with_kid(std::string(1025, 'a'))});
    CHECK(twice.size() == 1);
    REQUIRE(twice.skipped().size() == 1);
    CHECK(twice.skipped()[0].index == 2);
    const std::map<std::string, Keys<ES256>> by_id{{"x", keys_of<ES256>().with_kid("ignored")}, {"y", second}};
    const auto mapped = Both::from_keys(by_id);
    CHECK(found(mapped, "ES256", "x") == "found");
    CHECK(found(mapped, "ES256", "y") == "found");
    CHECK(found(mapped, "ES256", "ignored") == "no_matching_key");
}

TEST_CASE("a set accepts only the names of its listed algorithms", "[key_set][attack-1]") {
    STATIC_REQUIRE(Both::accepts("RS256"));
    STATIC_REQUIRE(Both::accepts("ES256"));
    for (const std::string_view alg : {"", "none", "None", "HS256", "RS512", "rs256", "RS256 ", "ES256K"}) {
        CHECK_FALSE(Both::accepts(alg));
    }
}

TEST_CASE("a key found in a copy of a set outlives the set", "[key_set]") {
    auto set = Both::from_jwks(set_of({jwk_of<ES256>("e")})).value();
    const auto copy = set;
    const auto* const key = *set.find({.alg = "ES256", .kid = "e"});
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
        const auto key = set.find({.alg = alg, .kid = "bilbo.baggins@hobbiton.example"});
        REQUIRE(key);
        const std::string signature = *detail::decode_base64url(vector.signature);
        CHECK((*key)->verify(vector.signing_input, detail::as_bytes(signature)));
    }
}

TEST_CASE("reading key sets does not change the error queue", "[key_set][error-queue]") {
    const std::string good = set_of({jwk_of<RS256>("r"), jwk_of<ES256>("e")});
    const std::string mixed =
        set_of({with(jwk_of<ES256>(), "x", std::string(43, 'A')), json{{"kty", "RSA"}, {"n", "wQ"}, {"e", "AQAB"}}});
    support::check_error_queue_around([&] { CHECK(Both::from_jwks(good)); });
    support::check_error_queue_around([&] { CHECK(Both::from_jwks(mixed)); });
    support::check_error_queue_around([&] { CHECK_FALSE(Both::from_jwks("junk")); });
}
