// SPDX-License-Identifier: MIT
// Each opt-out loosens its own rule and no other: every fault is tried with every opt-out.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/stores/memory_revocations.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::detail::encode_base64url;
using support::signed_payload;
using support::signed_segments;
using support::signed_texts;
using support::verdict;
using Claims = credence::RegisteredClaims;
using Rules = credence::Validation<Claims>;

namespace {

struct OptOut {
    std::string_view name;
    void (*apply)(Rules&);
};

const std::vector<OptOut>& opt_outs() {
    static const std::vector<OptOut> all{
        {"allow_missing_exp", [](Rules& rules) { rules.allow_missing_exp = true; }},
        {"allow_future_iat", [](Rules& rules) { rules.allow_future_iat = true; }},
        {"allow_padding", [](Rules& rules) { rules.allow_padding = true; }},
        {"allow_duplicate_members", [](Rules& rules) { rules.allow_duplicate_members = true; }},
        {"allow_null_members", [](Rules& rules) { rules.allow_null_members = true; }},
        {"allow_numeric_subject", [](Rules& rules) { rules.allow_numeric_subject = true; }},
        {"allow_bearer_use", [](Rules& rules) { rules.allow_bearer_use = true; }},
        {"scope_claims", [](Rules& rules) { rules.scope_claims = {"permissions"}; }},
        {"any_audience", [](Rules& rules) { rules.audience = credence::any_audience; }},
        {"understood", [](Rules& rules) { rules.understood = {"exp2"}; }}};
    return all;
}

/// A token with one fault, the verdict, and the opt-out, if there is one, that accepts it.
struct Fault {
    std::string token;
    std::string_view said;
    std::string_view loosened_by = {};
};

std::string with_exp(std::string_view members) {
    return signed_payload(R"({"exp":1700000001,)" + std::string{members} + '}');
}

std::string padded(std::string text) {
    while (text.size() % 4 != 0) text += '=';
    return text;
}

std::vector<Fault> faults() {
    const std::string header = encode_base64url(support::usual_header) /* of 27 bytes: never padded */;
    const std::string payload = encode_base64url(R"({"exp":1700000001,"a":12})");
    const std::string good = signed_segments(header, payload);
    return {
        {signed_payload("{}"), "missing_claim exp", "allow_missing_exp"},
        {with_exp(R"("iat":1700000001)"), "issued_in_future iat", "allow_future_iat"},
        {signed_segments(header, padded(payload)), "invalid_base64", "allow_padding"},
        {signed_segments(padded(encode_base64url(R"({"alg":"HS256"} )")), payload), "invalid_base64", "allow_padding"},
        {good + "=", "invalid_base64", "allow_padding"},
        {with_exp(R"("sub":"a","sub":"b")"), "duplicate_member", "allow_duplicate_members"},
        {with_exp(R"("x":{"y":1,"y":2})"), "duplicate_member", "allow_duplicate_members"},
        {with_exp(R"("sub":null)"), "invalid_claim_type sub", "allow_null_members"},
        {with_exp(R"("iss":null)"), "invalid_claim_type iss", "allow_null_members"},
        {with_exp(R"("nbf":null)"), "invalid_claim_type nbf", "allow_null_members"},
        {with_exp(R"("aud":null)"), "invalid_claim_type aud", "allow_null_members"},
        {signed_texts(R"({"alg":"HS256","kid":null})", R"({"exp":1700000001})"), "malformed_token",
         "allow_null_members"},
        {signed_texts(R"({"alg":"HS256","typ":null})", R"({"exp":1700000001})"), "malformed_token",
         "allow_null_members"},
        {with_exp(R"("sub":7)"), "invalid_claim_type sub", "allow_numeric_subject"},
        {with_exp(R"("jti":-70000000000000000000)"), "invalid_claim_type jti", "allow_numeric_subject"},
        {with_exp(R"("cnf":{"jkt":"x"})"), "proof_required cnf", "allow_bearer_use"},
        {with_exp(R"("aud":"other")"), "invalid_audience aud", "any_audience"},
        {with_exp(R"("aud":[])"), "invalid_audience aud", "any_audience"},
        {signed_texts(R"({"alg":"HS256","crit":["exp2"],"exp2":1})", R"({"exp":1700000001})"),
         "unsupported_critical_header", "understood"},
        // No opt-out loosens the following rules.
        {good.substr(0, good.size() - 2) + (good.ends_with("AA") ? "BA" : "AA"), "invalid_signature"},
        {good + "==", "invalid_base64"},
        {good + "A", "invalid_signature"},
        {"=" + good, "invalid_base64"},
        {signed_segments(header, payload + "===="), "invalid_base64"},
        {signed_segments(header, payload.substr(0, payload.size() - 1) + "+"), "invalid_base64"},
        {signed_segments(header, ""), "malformed_token"},
        {good + ".", "malformed_token"},
        {signed_texts(R"({"alg":"none"})", R"({"exp":1700000001})"), "unsupported_algorithm"},
        {signed_texts(R"({"alg":"HS512"})", R"({"exp":1700000001})"), "algorithm_not_allowed"},
        {signed_texts(R"({"alg":"HS256","alg":"HS256"})", R"({"exp":1700000001})"), "duplicate_member"},
        {signed_texts(R"({"alg":"HS256","x":{"y":1,"y":2}})", R"({"exp":1700000001})"), "duplicate_member"},
        {signed_texts(R"({"alg":"HS256","crit":["exp3"],"exp3":1})", R"({"exp":1700000001})"),
         "unsupported_critical_header"},
        {signed_texts(R"({"alg":"HS256","crit":["exp2"]})", R"({"exp":1700000001})"), "unsupported_critical_header"},
        {signed_texts(R"({"alg":"HS256","crit":["b64"],"b64":false})", R"({"exp":1700000001})"),
         "unsupported_critical_header"},
        {signed_payload(R"({"exp":1700000000})"), "token_expired exp"},
        {signed_payload(R"({"exp":0})"), "token_expired exp"},
        {signed_texts(R"({"alg":null})", R"({"exp":1700000001})"), "malformed_token"},
        {signed_texts(R"({"alg":"HS256","kid":7})", R"({"exp":1700000001})"), "malformed_token"},
        {signed_texts(R"({"alg":"HS256","crit":null})", R"({"exp":1700000001})"), "unsupported_critical_header"},
        {signed_payload(R"({"exp":"1700000001"})"), "invalid_claim_type exp"},
        {with_exp(R"("nbf":1700000001)"), "token_not_yet_valid nbf"},
        {with_exp(R"("aud":[null])"), "invalid_claim_type aud"},
        {with_exp(R"("sub":7.0)"), "invalid_claim_type sub"},
        {with_exp(R"("sub":[7])"), "invalid_claim_type sub"},
        {with_exp(R"("iss":7)"), "invalid_claim_type iss"},
        {with_exp(R"("iat":"1700000001")"), "invalid_claim_type iat"},
        {with_exp(R"("iat":253402300800)"), "invalid_claim_type iat"},
        {with_exp(R"("aud":7)"), "invalid_claim_type aud"},
        {with_exp(R"("aud":["other",7])"), "invalid_claim_type aud"},
        {with_exp(R"("x":[1,])"), "invalid_json"},
        {with_exp("\"x\":\"\xff\""), "invalid_json"},
        {with_exp("\"x\":" + std::string(40, '[') + std::string(40, ']')), "invalid_json"},
        {signed_payload("[]"), "malformed_token"},
    };
}

}  // namespace

TEST_CASE("without an opt-out every fault is refused") {
    for (const Fault& fault : faults()) {
        INFO(fault.token);
        CHECK(verdict(fault.token, Rules{}) == fault.said);
    }
}

TEST_CASE("an opt-out loosens its own rule and no other") {
    for (const OptOut& opt_out : opt_outs()) {
        Rules rules;
        opt_out.apply(rules);
        for (const Fault& fault : faults()) {
            INFO(opt_out.name << ": " << fault.said << ": " << fault.token);
            CHECK(verdict(fault.token, rules) == (fault.loosened_by == opt_out.name ? "accepted" : fault.said));
        }
    }
}

TEST_CASE("with all opt-outs but one, the rule of that one stays strict") {
    for (const OptOut& kept : opt_outs()) {
        Rules rules;
        for (const OptOut& opt_out : opt_outs()) {
            if (opt_out.name != kept.name) opt_out.apply(rules);
        }
        for (const Fault& fault : faults()) {
            INFO("all but " << kept.name << ": " << fault.said << ": " << fault.token);
            const bool is_refused = fault.loosened_by.empty() || fault.loosened_by == kept.name;
            CHECK(verdict(fault.token, rules) == (is_refused ? fault.said : "accepted"));
        }
    }
}

TEST_CASE("allow_short_secret accepts a short secret, but neither an empty one nor a key") {
    using Key = credence::DecodingKey<credence::HS256>;
    CHECK(Key::from_secret("short", credence::allow_short_secret));
    CHECK_FALSE(Key::from_secret("short"));
    CHECK_FALSE(Key::from_secret("", credence::allow_short_secret));
    CHECK_FALSE(
        Key::from_secret("-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n", credence::allow_short_secret));
    CHECK_FALSE(Key::from_secret(R"({"kty":"oct","k":"AAAA"})", credence::allow_short_secret));
    CHECK_FALSE(Key::from_secret("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@here", credence::allow_short_secret));
}

TEST_CASE("any_audience does not allow a wrong issuer, nor allow_missing_exp a missing required exp") {
    CHECK(verdict(with_exp(R"("aud":"x","iss":"evil")"), Rules{.issuer = "ours", .audience = credence::any_audience}) ==
          "invalid_issuer iss");
    CHECK(verdict(signed_payload("{}"), Rules{.required = {"exp"}, .allow_missing_exp = true}) == "missing_claim exp");
    CHECK(verdict(with_exp(R"("iat":1700000001)"), Rules{.required = {"jti"}, .allow_future_iat = true}) ==
          "missing_claim jti");
}

TEST_CASE("a null exp counts as absent, and an absent exp stays refused") {
    const auto token = signed_payload(R"({"exp":null})");
    CHECK(verdict(token, Rules{}) == "invalid_claim_type exp");
    CHECK(verdict(token, Rules{.allow_null_members = true}) == "missing_claim exp");
    CHECK(verdict(token, Rules{.allow_missing_exp = true}) == "invalid_claim_type exp");
    CHECK(verdict(token, Rules{.allow_missing_exp = true, .allow_null_members = true}) == "accepted");
}

TEST_CASE("allow_future_iat disables neither max_age nor revocation") {
    using namespace std::chrono_literals;
    const auto far = with_exp(R"("iat":1700000301,"jti":"a","sub":"b")");
    const auto near = with_exp(R"("iat":1700000300,"jti":"a","sub":"b")");
    const Rules rules{.allow_future_iat = true, .clock = support::noon_clock};
    CHECK(verdict(far, rules) == "accepted");
    CHECK(verdict(far, Rules{.max_age = 1h, .allow_future_iat = true}) == "issued_in_future iat");
    CHECK(verdict(near, Rules{.max_age = 1h, .allow_future_iat = true}) == "accepted");
    const credence::Verifier revocable{
        support::account_keys(),
        rules,
        {.revocation = credence::Revocation{std::make_shared<credence::MemoryRevocationStore>()}}};
    CHECK(revocable.verify(far).error() == credence::Error{credence::Errc::issued_in_future, "iat"});
    CHECK(revocable.verify(near));
}
