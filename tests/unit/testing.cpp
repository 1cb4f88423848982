// SPDX-License-Identifier: MIT
// The attack suite: it finds no fault in the library's verifier, and finds the fault in each verifier that was made
// with one.
#include <credence/http/bearer.hpp>
#include <credence/testing.hpp>
#include <credence/unverified.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"
#include "support/signing.hpp"

using namespace std::chrono_literals;
using credence::testing::attack_suite;
using credence::testing::AttackReport;
using credence::testing::ManualClock;
using support::AccountClaims;

namespace {

const credence::NumericDate noon{1'700'000'000s};

/// A secret that is not on the suite's list of guesses. The secret of the other tests is.
const auto& own_keys() { return support::keys_of<credence::HS256>(); }

AccountClaims full_claims() {
    return {{.iss = "https://id.example",
             .sub = "42",
             .aud = "api",
             .exp = noon + 1h,
             .nbf = noon,
             .iat = noon,
             .jti = "j"},
            {.role = "user", .scope = "read"}};
}

credence::Validation<AccountClaims> full_rules() {
    return {.issuer = "https://id.example", .audience = "api", .clock = [] { return noon; }};
}

/// The rules of the accepted attacks.
std::set<std::string> broken_rules(const AttackReport& report) {
    std::set<std::string> rules;
    for (const auto& attack : report.accepted) rules.insert(attack.rule);
    return rules;
}

/// Tries all attacks on an account's verifier with other rules.
AttackReport attacked(const credence::Validation<AccountClaims>& rules) {
    const auto verifier = credence::verifier_for<AccountClaims>(own_keys(), rules);
    return attack_suite(verifier, credence::testing::token_for(full_claims(), own_keys()), own_keys());
}

using Rules = std::set<std::string>;

/// A very bad verifier: it reads the unverified parts with nlohmann's parser, and makes only the checks that a test
/// sets.
struct WeakVerifier {
    bool obeys_alg = false;  // accepts the algorithm none
    bool ignores_signature = false;
    bool compares_a_prefix = false;
    bool ignores_padding = false;

    [[nodiscard]] bool operator()(const std::string& token) const {
        using namespace credence::detail;
        const auto parts = split_compact(token);
        if (!parts) return false;
        const auto strip = [&](std::string_view text) {
            while (ignores_padding && text.ends_with('=')) text.remove_suffix(1);
            return text;
        };
        const auto header = decode_base64url(strip(parts->header)), payload = decode_base64url(strip(parts->payload)),
                   signature = decode_base64url(strip(parts->signature));
        if (!header || !payload || !signature) return false;
        const auto header_json = nlohmann::json::parse(*header, nullptr, false);
        const auto claims = nlohmann::json::parse(*payload, nullptr, false);
        if (!header_json.is_object() || !claims.is_object()) return false;
        if (ignores_signature || (obeys_alg && header_json.value("alg", nlohmann::json{}) == "none")) return true;
        const std::string expected = support::sign(own_keys().encoding, parts->signing_input);
        if (!compares_a_prefix) return expected == *signature;
        return expected.starts_with(*signature);
    }
};

}  // namespace

TEST_CASE("no attack is accepted by a verifier with all its rules") {
    const auto report = attacked(full_rules());
    INFO(report);
    CHECK(report);
    CHECK(report.accepts_good_token);
    CHECK(report.attempted >= 200);
    CHECK(report.raised.empty());
}

TEMPLATE_TEST_CASE("no attack is accepted, whatever the algorithm", "", credence::HS512, credence::RS256,
                   credence::PS256, credence::ES256, credence::EdDSA) {
    const auto& keys = support::keys_of<TestType>();
    const auto verifier = credence::verifier_for<AccountClaims>(keys, full_rules());
    const auto report = attack_suite(verifier, credence::testing::token_for(full_claims(), keys), keys);
    INFO(report);
    CHECK(report);
    CHECK(report.attempted >= 200);
}

TEST_CASE("no attack is accepted for each kind of claims type, and by a verifier of several") {
    const auto token = credence::testing::token_for(full_claims(), own_keys());
    const auto clock = [] { return noon; };
    const auto any = credence::verifier_for<nlohmann::json>(
        own_keys(), {.issuer = "https://id.example", .audience = "api", .clock = clock});
    const auto registered = credence::verifier_for<credence::RegisteredClaims>(
        own_keys(), {.issuer = "https://id.example", .audience = "api", .clock = clock});
    CHECK(attack_suite(any, token, own_keys()));
    CHECK(attack_suite(registered, token, own_keys().encoding));
}

TEST_CASE("attacks differ from each other and from the good token, and have a name") {
    const auto token = credence::testing::token_for(full_claims(), own_keys());
    std::set<std::string> tokens;
    for (const auto& attack : credence::testing::attacks_on(token, own_keys())) {
        INFO(attack.name);
        CHECK_FALSE(attack.rule.empty());
        CHECK_FALSE(attack.name.empty());
        CHECK(attack.token != token);
        tokens.insert(attack.token);
    }
    CHECK(tokens.size() >= 200);
    CHECK(credence::testing::attacks_on(token).size() >= 100);
}

TEST_CASE("each opt-out of a verifier is found, and can be disabled") {
    struct Row {
        std::string rule;
        std::function<void(credence::Validation<AccountClaims>&)> loosen;
    };
    const std::vector<Row> rows{{"padding", [](auto& rules) { rules.allow_padding = true; }},
                                {"missing exp", [](auto& rules) { rules.allow_missing_exp = true; }},
                                {"issued in future", [](auto& rules) { rules.allow_future_iat = true; }},
                                {"duplicate member", [](auto& rules) { rules.allow_duplicate_members = true; }},
                                {"audience", [](auto& rules) { rules.audience = credence::any_audience; }},
                                {"issuer", [](auto& rules) { rules.issuer = {}; }},
                                {"crit", [](auto& rules) { rules.understood = {"x-unknown"}; }}};
    for (const auto& [rule, loosen] : rows) {
        auto rules = full_rules();
        loosen(rules);
        const auto report = attacked(rules);
        INFO(report);
        CHECK_FALSE(report);
        CHECK(broken_rules(report) == Rules{rule});
        CHECK(report.without({rule}));
    }
}

TEST_CASE("a whole service may ignore white space round the token, and no other attack is accepted") {
    const auto verifier = credence::verifier_for<AccountClaims>(own_keys(), full_rules());
    const auto service = [&](const std::string& token) {
        return static_cast<bool>(credence::require_bearer("Bearer " + token, verifier));
    };
    const auto report = attack_suite(service, credence::testing::token_for(full_claims(), own_keys()), own_keys());
    INFO(report);
    CHECK(broken_rules(report) == Rules{"white space"});
    CHECK(report.without({"white space"}));
}

TEST_CASE("an issuer whose middle is within a character is attacked like any other") {
    AccountClaims claims = full_claims();
    auto rules = full_rules();
    for (const std::string& issuer : {std::string{"\xc3\xa9"}, std::string{"https://\xc3\xa9.example"}}) {
        claims.iss = issuer;
        rules.issuer = issuer;
        const auto verifier = credence::verifier_for<AccountClaims>(own_keys(), rules);
        const auto report = attack_suite(verifier, credence::testing::token_for(claims, own_keys()), own_keys());
        INFO(report);
        CHECK(report);
    }
}

TEST_CASE("a good token whose typ is null is attacked like any other") {
    auto rules = full_rules();
    rules.allow_null_members = true;
    const auto verifier = credence::verifier_for<AccountClaims>(own_keys(), rules);
    const auto claims = credence::unverified::claims_json(credence::testing::token_for(full_claims(), own_keys()));
    const auto token = credence::testing::sign_texts(R"({"alg":"HS256","typ":null})", claims->dump(), own_keys());
    const auto report = attack_suite(verifier, token, own_keys());
    INFO(report);
    CHECK(report.accepts_good_token);
    CHECK(broken_rules(report) == Rules{"claim type", "date"});
}

TEST_CASE("a verifier without a required type is found, for tokens that have a type") {
    const auto token = credence::testing::token_for(full_claims(), own_keys(), {.type = "at+jwt"});
    auto rules = full_rules();
    CHECK(broken_rules(attack_suite(credence::verifier_for<AccountClaims>(own_keys(), rules), token, own_keys())) ==
          Rules{"type"});
    rules.type = "at+jwt";
    CHECK(attack_suite(credence::verifier_for<AccountClaims>(own_keys(), rules), token, own_keys()));
}

TEST_CASE("a weak verifier is detected") {
    const auto token = credence::testing::token_for(full_claims(), own_keys());
    const auto of = [&](const WeakVerifier& weak) { return broken_rules(attack_suite(weak, token)); };
    CHECK(of(WeakVerifier{}).empty());
    CHECK(of({.obeys_alg = true}) == Rules{"algorithm"});
    CHECK(of({.compares_a_prefix = true}) == Rules{"algorithm", "signature"});
    CHECK(of({.ignores_padding = true}) == Rules{"padding"});
    const auto careless = of({.ignores_signature = true});
    for (const char* rule : {"algorithm", "signature", "weak secret", "embedded key"}) CHECK(careless.contains(rule));
    // With the key, the suite finds every rule that the verifier does not check.
    const auto all = broken_rules(attack_suite(WeakVerifier{}, token, own_keys()));
    for (const char* rule :
         {"crit", "duplicate member", "header member", "depth", "JSON", "missing exp", "expired", "date",
          "not yet valid", "issued in future", "claim type", "issuer", "audience", "algorithm"}) {
        INFO(rule);
        CHECK(all.contains(rule));
    }
}

TEST_CASE("a verifier with a well-known secret is detected") {
    const auto keys = credence::Keys<credence::HS256>::from_secret("secret", credence::allow_short_secret).value();
    const auto verifier = credence::verifier_for<AccountClaims>(keys, full_rules());
    CHECK(broken_rules(attack_suite(verifier, credence::testing::token_for(full_claims(), keys))) ==
          Rules{"weak secret"});
}

TEST_CASE("a verifier that uses its public key as a secret is detected") {
    const auto& keys = support::keys_of<credence::RS256>();
    const std::string pem = credence::to_pem(keys.decoding).value();
    const auto confused = [&](const std::string& token) {
        if (credence::decode<nlohmann::json>(token, keys, {.audience = "api", .clock = [] { return noon; }}))
            return true;
        const auto header = credence::unverified::header(token);
        const auto parts = credence::detail::split_compact(token);
        if (!header || header->alg != "HS256") return false;
        return credence::detail::sign_segments(
                   parts->header, parts->payload,
                   *credence::detail::HmacKey::make(credence::detail::Hash::sha256,
                                                    credence::detail::SecretBytes{credence::detail::as_bytes(pem)})) ==
               token;
    };
    const auto report =
        attack_suite(confused, credence::testing::token_for(full_claims(), keys), keys).without({"issuer"});
    CHECK(broken_rules(report) == Rules{"key confusion"});
}

TEST_CASE("a report fails if the good token is refused") {
    auto rules = full_rules();
    rules.issuer = "https://other.example";
    const auto report = attacked(rules);
    CHECK_FALSE(report);
    CHECK_FALSE(report.accepts_good_token);
    CHECK(report.accepted.empty());
    const auto never = [](const std::string&) { return false; };
    CHECK_FALSE(attack_suite(never, "no token"));
    CHECK_FALSE(attack_suite([](const std::string&) { return true; }, "no token"));
}

TEST_CASE("a verifier that throws counts as refusing, and the report says so") {
    const auto token = credence::testing::token_for(full_claims(), own_keys());
    const auto throwing = [&](std::string_view tried) {
        if (tried != token) throw std::runtime_error("no");
        return true;
    };
    const auto report = attack_suite(throwing, token);
    CHECK(report);
    CHECK(report.raised.size() == report.attempted);
    const auto raised_by_padding = std::count_if(report.raised.begin(), report.raised.end(),
                                                 [](const auto& attack) { return attack.rule == "padding"; });
    CHECK(raised_by_padding > 0);
    CHECK(report.without({"padding"}).raised.size() + static_cast<std::size_t>(raised_by_padding) ==
          report.raised.size());
}

TEST_CASE("a report names the accepted attacks") {
    std::ostringstream out;
    auto rules = full_rules();
    rules.allow_missing_exp = true;
    out << attacked(rules);
    CHECK_THAT(out.str(), support::contains_text("1 accepted"));
    CHECK_THAT(out.str(), support::contains_text("missing exp: signed: no exp"));
}

TEST_CASE("a report tells that there is no attack on a good token that is not signed") {
    std::ostringstream out;
    out << attack_suite([](const std::string&) { return true; }, "an.encrypted.token.has.five");
    CHECK(out.str() ==
          "0 attacks, 0 accepted; the good token is not a signed one with claims that nlohmann::json holds: no attack");
}

TEST_CASE("a manual clock does not move by itself, and its copies show the same time") {
    const ManualClock clock{noon};
    const auto verifier = credence::verifier_for<AccountClaims>(
        own_keys(), {.issuer = "https://id.example", .audience = "api", .clock = clock});
    const auto token = credence::testing::token_for(full_claims(), own_keys());
    CHECK(verifier.verify(token));
    clock.advance(59min);
    CHECK(verifier.verify(token));
    clock.advance(1min);
    CHECK(verifier.verify(token).error().code == credence::Errc::token_expired);
    clock.set(noon - 1s);
    CHECK(verifier.verify(token).error().code == credence::Errc::token_not_yet_valid);
    CHECK(clock() == noon - 1s);
    CHECK(ManualClock{}() <= credence::now());
}

TEST_CASE("any header and payload text can be signed") {
    const auto token = credence::testing::sign_texts(R"({"alg":"HS256"})", "no JSON", own_keys());
    CHECK(credence::detail::KeyAccess::prepared(own_keys().decoding)
              .verify(std::string_view{token}.substr(0, token.rfind('.')),
                      credence::detail::as_bytes(
                          credence::detail::decode_base64url(token.substr(token.rfind('.') + 1)).value())));
    CHECK_THROWS_AS(credence::testing::token_for(AccountClaims{{.sub = "\xff"}, {}}, own_keys()), credence::Exception);
}
