// SPDX-License-Identifier: MIT
// Known attacks through claims: rows 21 to 24 and 33 to 36.
#include <credence/jwt/decode.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using namespace std::chrono_literals;
using support::signed_payload;
using support::signed_texts;
using support::verdict;
using Registered = credence::RegisteredClaims;

namespace {

/// The verdict on a payload: a typed claims type and a DOM must agree.
template <class Set>
std::string judged(std::string_view payload, Set&& set) {
    const std::string token = signed_payload(payload);
    credence::Validation<Registered> typed;
    credence::Validation<nlohmann::json> any;
    set(typed);
    set(any);
    const std::string of_typed = verdict(token, typed), of_any = verdict(token, any);
    return of_typed == of_any ? of_typed : of_typed + " but " + of_any;
}
std::string judged(std::string_view payload) {
    return judged(payload, [](auto& /*rules*/) {});
}

std::string with_exp(std::string_view members) { return R"({"exp":1700000001,)" + std::string{members} + '}'; }

std::string with_exp_of(std::string_view value) { return R"({"exp":)" + std::string{value} + '}'; }

}  // namespace

TEST_CASE("attack row 21: a registered claim of a wrong type never counts as absent") {
    for (const std::string_view name : {"iss", "sub", "jti"}) {
        for (const std::string_view value : {"1", "null", "true", "[]", "{}", "[\"a\"]", "{\"a\":1}", "1.5"}) {
            INFO(name << ' ' << value);
            const std::string member = '"' + std::string{name} + "\":" + std::string{value};
            CHECK(judged(with_exp(member)) == "invalid_claim_type " + std::string{name});
        }
    }
    for (const std::string_view value : {"1", "null", "true", "{}", "[1]", "[\"a\",null]", "[[\"a\"]]"}) {
        CHECK(judged(with_exp("\"aud\":" + std::string{value})) == "invalid_claim_type aud");
    }
}

TEST_CASE("attack row 21: a private claim of a wrong type is refused, and the error names it") {
    struct Account {
        bool admin;
        int tenant;
    };
    const auto said = [](std::string_view members) { return verdict<Account>(signed_payload(with_exp(members))); };
    CHECK(said(R"("admin":true,"tenant":7)") == "accepted");
    for (const std::string_view value : {"1", "\"true\"", "[]", "{}", "null", "\"\""}) {
        CHECK(said("\"tenant\":7,\"admin\":" + std::string{value}) == "invalid_claim_type admin");
    }
    for (const std::string_view value : {"true", "\"7\"", "7.0", "7e0", "4294967303", "-2147483649", "[7]", "null"}) {
        CHECK(said("\"admin\":false,\"tenant\":" + std::string{value}) == "invalid_claim_type tenant");
    }
}

TEST_CASE("attack row 21: alg, kid and typ of a wrong type make the header malformed") {
    for (const std::string_view header :
         {R"({"alg":["HS256"]})", R"({"alg":null})", R"({"alg":{"HS256":1}})", R"({"alg":"HS256","kid":7})",
          R"({"alg":"HS256","typ":null})", R"({"typ":"JWT"})"}) {
        INFO(header);
        CHECK(verdict(signed_texts(header, with_exp("\"a\":1"))) == "malformed_token");
    }
}

TEST_CASE("attack row 22: a date that is not a number in range is refused, and never means no expiry") {
    for (const std::string_view value :
         {"\"1700000001\"", "\"\"", "null", "true", "[]", "{}", "1e400", "-1e400", "1e30", "9007199254740993",
          "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "253402300800",
          "-62135596801", "99999999999999999999999999999999999999", "1e2147483648", "1e99999999999999999999"}) {
        INFO(value);
        CHECK(judged(with_exp_of(value)) == "invalid_claim_type exp");
        CHECK(judged(with_exp("\"nbf\":" + std::string{value})) == "invalid_claim_type nbf");
        CHECK(judged(with_exp("\"iat\":" + std::string{value})) == "invalid_claim_type iat");
    }
}

TEST_CASE("attack row 22: an exp that is zero, negative or a fraction is expired, not missing") {
    for (const std::string_view value :
         {"0", "-0", "0.0", "0e5", "-1", "-1.5", "1e-400", "-1e-400", "0.999", "1", "1e9", "1699999999.999999999999999",
          "1700000000", "1700000000.999", "-62135596800"}) {
        INFO(value);
        CHECK(judged(with_exp_of(value)) == "token_expired exp");
        CHECK(judged(with_exp_of(value), [](auto& rules) { rules.allow_missing_exp = true; }) == "token_expired exp");
    }
    CHECK(judged(with_exp_of("1700000001")) == "accepted");
    CHECK(judged(with_exp_of("1700000001.5")) == "accepted");
    CHECK(judged(with_exp_of("17.00000001e8")) == "accepted");
    CHECK(judged(with_exp_of("253402300799")) == "accepted");
}

TEST_CASE("attack row 22: fractions in nbf and iat are rounded down, like the clock") {
    CHECK(judged(with_exp("\"nbf\":1700000000.9999999")) == "accepted");
    CHECK(judged(with_exp("\"iat\":1700000000.9999999")) == "accepted");
    CHECK(judged(with_exp("\"nbf\":1700000001.0000001")) == "token_not_yet_valid nbf");
    CHECK(judged(with_exp("\"iat\":1700000001.0000001")) == "issued_in_future iat");
}

TEST_CASE("attack row 23: no leeway, age or clock overflows") {
    const auto most = [](auto& rules) {
        rules.leeway = std::chrono::seconds::max();
        rules.max_age = std::chrono::seconds::max();
    };
    const auto least = [](auto& rules) {
        rules.leeway = std::chrono::seconds::min();
        rules.max_age = std::chrono::seconds::min();
    };
    CHECK(judged(R"({"exp":1699999701,"iat":0})", most) == "accepted");
    CHECK(judged(R"({"exp":1699999700,"iat":0})", most) == "token_expired exp");
    CHECK(judged(R"({"exp":-62135596800,"iat":0})", most) == "token_expired exp");
    CHECK(judged(R"({"exp":253402300799,"nbf":253402300799,"iat":0})", most) == "token_not_yet_valid nbf");
    CHECK(judged(R"({"exp":1700000001,"iat":1700000000})", least) == "accepted");
    CHECK(judged(R"({"exp":1700000001,"iat":1699999999})", least) == "token_too_old iat");
    for (const auto moment : {credence::NumericDate::max(), credence::NumericDate::min()}) {
        const credence::Validation<Registered> rules{
            .leeway = std::chrono::seconds::max(), .max_age = 1h, .clock = [moment] { return moment; }};
        const auto token = signed_payload(R"({"exp":1700000001,"nbf":1699999999,"iat":1699999999})");
        CHECK_FALSE(credence::decode<Registered>(token, support::account_keys(), rules));
    }
}

TEST_CASE("attack row 24: at the second of exp a token is expired") {
    CHECK(judged(R"({"exp":1700000000})") == "token_expired exp");
    CHECK(judged(R"({"exp":1700000001})") == "accepted");
    CHECK(judged(R"({"exp":1699999990})", [](auto& rules) { rules.leeway = 10s; }) == "token_expired exp");
    CHECK(judged(R"({"exp":1699999991})", [](auto& rules) { rules.leeway = 10s; }) == "accepted");
}

TEST_CASE("attack row 33: a token of another type is refused if the rules name a type") {
    const auto said = [](std::string_view typ) {
        return verdict(signed_texts(R"({"alg":"HS256","typ":")" + std::string{typ} + "\"}", R"({"exp":1700000001})"),
                       credence::Validation<Registered>{.type = "at+jwt"});
    };
    CHECK(said("at+jwt") == "accepted");
    CHECK(said("application/AT+jwt") == "accepted");
    for (const std::string_view typ :
         {"JWT", "jwt", "id+jwt", "logout+jwt", "dpop+jwt", "at+jwt+x", "", "at", "application/"}) {
        INFO(typ);
        CHECK(said(typ) == "invalid_type typ");
    }
    CHECK(verdict(signed_texts(R"({"alg":"HS256"})", R"({"exp":1700000001})"),
                  credence::Validation<Registered>{.type = "at+jwt"}) == "invalid_type typ");
}

TEST_CASE("attack row 34: a token with another audience is refused, also if the rules name no audience") {
    const auto api = [](auto& rules) { rules.audience = "api"; };
    CHECK(judged(with_exp(R"("aud":"other")")) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":["other","api"])"), api) == "accepted");
    CHECK(judged(with_exp(R"("aud":["other"])"), api) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":[])"), api) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":[])")) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":"")"), api) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":[""])"), [](auto& rules) { rules.audience = ""; }) == "invalid_audience aud");
    CHECK(judged(R"({"exp":1700000001})", api) == "missing_claim aud");
    CHECK(judged(with_exp(R"("aud":"*")"), api) == "invalid_audience aud");
    CHECK(judged(with_exp(R"("aud":["other"])"), [](auto& rules) { rules.audience = credence::any_audience; }) ==
          "accepted");
}

TEST_CASE("attack row 34: a token of another issuer, or without an issuer, is refused") {
    const auto ours = [](auto& rules) { rules.issuer = "https://id.example"; };
    CHECK(judged(with_exp(R"("iss":"https://id.example")"), ours) == "accepted");
    CHECK(judged(with_exp(R"("iss":"https://evil.example")"), ours) == "invalid_issuer iss");
    CHECK(judged(with_exp(R"("sub":"x")"), ours) == "missing_claim iss");
    CHECK(judged(with_exp(R"("iss":"")"), ours) == "invalid_issuer iss");
}

TEST_CASE("attack row 35: whole names are compared, byte for byte") {
    const auto ours = [](auto& rules) { rules.issuer = rules.subject = rules.audience = "https://id.example"; };
    const auto all = [&](std::string_view name) {
        const std::string text = '"' + std::string{name} + '"', good = R"("https://id.example")";
        return judged(with_exp("\"iss\":" + text + ",\"sub\":" + good + ",\"aud\":" + good), ours) + ' ' +
               judged(with_exp("\"iss\":" + good + ",\"sub\":" + text + ",\"aud\":" + good), ours) + ' ' +
               judged(with_exp("\"iss\":" + good + ",\"sub\":" + good + ",\"aud\":" + text), ours);
    };
    CHECK(all("https://id.example") == "accepted accepted accepted");
    for (const std::string_view name :
         {"https://id.exampl", "https://id.example.evil.com", "https://id.example/", "https://id.example ",
          "xhttps://id.example", "HTTPS://ID.EXAMPLE", "https://id.example,https://id.example", "h",
          "https://id.example\\n", "https://id\\u3002example", "id.example", ".*"}) {
        INFO(name);
        CHECK(all(name) == "invalid_issuer iss invalid_subject sub invalid_audience aud");
    }
}

TEST_CASE("attack row 36: a zero byte ends neither a claim nor a comparison") {
    const auto ours = [](auto& rules) { rules.issuer = rules.subject = rules.audience = "admin"; };
    CHECK(judged(with_exp(R"("iss":"admin\u0000x","sub":"admin","aud":"admin")"), ours) == "invalid_issuer iss");
    CHECK(judged(with_exp(R"("iss":"admin","sub":"admin\u0000","aud":"admin")"), ours) == "invalid_subject sub");
    CHECK(judged(with_exp(R"("iss":"admin","sub":"admin","aud":["admin\u0000"])"), ours) == "invalid_audience aud");
    CHECK(judged(R"({"exp":1700000001,"exp\u0000":1})") == "accepted");
    const auto token = signed_payload(with_exp(R"("sub":"admin\u0000x")"));
    const auto who = credence::decode<Registered>(token, support::account_keys(), {.clock = support::noon_clock});
    REQUIRE(who);
    CHECK(who->sub == std::string("admin\0x", 7));
    const credence::Validation<Registered> checked{
        .checks = {{"sub", [](const Registered& claims) { return claims.sub == "admin"; }}}};
    CHECK(verdict(token, checked) == "check_failed sub");
}
