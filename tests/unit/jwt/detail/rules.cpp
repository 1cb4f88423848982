// SPDX-License-Identifier: MIT
// The rules on registered claims, each exactly at its limit.
#include <credence/jwt/detail/rules.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using namespace std::chrono_literals;
using credence::NumericDate;
using credence::RegisteredClaims;
using support::signed_payload;
using support::verdict;
using Rules = credence::Validation<RegisteredClaims>;

namespace {

/// The verdict on a payload with these members. It gets a good `exp` unless they have one.
std::string judged(std::string_view members, const Rules& rules = {}) {
    const bool has_exp = members.find("\"exp\"") != std::string_view::npos;
    std::string payload{has_exp ? "{" : R"({"exp":9999999999)"};
    if (!has_exp && !members.empty()) payload += ',';
    return verdict(signed_payload(payload + std::string{members} + '}'), rules);
}

/// The same at another moment.
std::string judged_at(std::int64_t moment, std::string_view members, Rules rules = {}) {
    const auto token = signed_payload("{" + std::string{members} + '}');
    rules.clock = [moment] { return NumericDate{std::chrono::seconds{moment}}; };
    const auto who = credence::decode<RegisteredClaims>(token, support::account_keys(), rules);
    return who ? "accepted" : support::in_words(who.error());
}

std::string typed(std::string_view header, std::string_view wanted) {
    return verdict(support::signed_texts(header, R"({"exp":1700000001})"), Rules{.type = std::string{wanted}});
}

}  // namespace

TEST_CASE("exp: in the second of exp a token is expired, a second before it is not") {
    CHECK(judged(R"("exp":1700000001)") == "accepted");
    CHECK(judged(R"("exp":1700000000)") == "token_expired exp");
    CHECK(judged(R"("exp":1700000000.999)") == "token_expired exp");
    CHECK(judged(R"("exp":1.700000001e9)") == "accepted");
    CHECK(judged(R"("exp":0)") == "token_expired exp");
    CHECK(judged(R"("exp":-1)") == "token_expired exp");
    CHECK(judged(R"("exp":1699999996)", {.leeway = 5s}) == "accepted");
    CHECK(judged(R"("exp":1699999995)", {.leeway = 5s}) == "token_expired exp");
}

TEST_CASE("nbf: in the second of nbf a token is valid, a second before it is not") {
    CHECK(judged(R"("nbf":1700000000)") == "accepted");
    CHECK(judged(R"("nbf":1700000001)") == "token_not_yet_valid nbf");
    CHECK(judged(R"("nbf":1700000000.999)") == "accepted");  // rounded down, as the clock is
    CHECK(judged(R"("nbf":1700000001.0)") == "token_not_yet_valid nbf");
    CHECK(judged(R"("nbf":1700000005)", {.leeway = 5s}) == "accepted");
    CHECK(judged(R"("nbf":1700000005.5)", {.leeway = 5s}) == "accepted");
    CHECK(judged(R"("nbf":1700000006.5)", {.leeway = 5s}) == "token_not_yet_valid nbf");
    CHECK(judged(R"("nbf":253402300799)", {.leeway = 300s}) == "token_not_yet_valid nbf");
    CHECK(judged(R"("nbf":-62135596800)") == "accepted");
}

TEST_CASE("iat: not from the future, unless that is allowed") {
    CHECK(judged(R"("iat":1700000000)") == "accepted");
    CHECK(judged(R"("iat":1700000001)") == "issued_in_future iat");
    CHECK(judged(R"("iat":1700000000.73)") == "accepted");  // a fraction of the present second is not the future
    CHECK(judged(R"("iat":1700000001.01)") == "issued_in_future iat");
    CHECK(judged(R"("iat":1700000005)", {.leeway = 5s}) == "accepted");
    CHECK(judged(R"("iat":1700000006)", {.leeway = 5s}) == "issued_in_future iat");
    CHECK(judged(R"("iat":253402300799)", {.allow_future_iat = true}) == "accepted");
}

TEST_CASE(
    "iat: a token that another program issued a moment ago, at the beginning of a second, is not from the future") {
    using std::chrono::system_clock;
    const auto second = std::chrono::ceil<std::chrono::seconds>(system_clock::now());
    std::this_thread::sleep_until(second);
    const std::string exp = std::to_string(credence::in(1h).time_since_epoch().count());
    do {  // the cheap clock may be some milliseconds late
        const NumericDate exact = std::chrono::floor<std::chrono::seconds>(system_clock::now());
        const std::string moment = std::to_string(exact.time_since_epoch().count());
        const auto token = signed_payload(R"({"exp":)" + exp + R"(,"iat":)" + moment + R"(,"nbf":)" + moment + "}");
        REQUIRE(credence::decode<RegisteredClaims>(token, support::account_keys()));
        REQUIRE(credence::detail::seconds_beside(exact, {}) >= exact.time_since_epoch().count());
    } while (system_clock::now() < second + 10ms);
}

TEST_CASE("iat: with max_age, an opt-out lets it be at most 300 seconds ahead") {
    const auto judged_ahead = [](std::string_view iat, std::chrono::seconds leeway = 0s) {
        return judged("\"iat\":" + std::string{iat}, {.leeway = leeway, .max_age = 60s, .allow_future_iat = true});
    };
    CHECK(judged_ahead("1700000300") == "accepted");
    CHECK(judged_ahead("1700000300.9") == "accepted");
    CHECK(judged_ahead("1700000301") == "issued_in_future iat");
    CHECK(judged_ahead("1700000301", 300s) == "issued_in_future iat");
    CHECK(judged_ahead("253402300799") == "issued_in_future iat");
    CHECK(judged(R"("iat":1700000001)", {.max_age = 60s}) == "issued_in_future iat");
}

TEST_CASE("max_age: a token of exactly this age is valid, a second older is not") {
    CHECK(judged(R"("iat":1699999940)", {.max_age = 60s}) == "accepted");
    CHECK(judged(R"("iat":1699999939)", {.max_age = 60s}) == "token_too_old iat");
    CHECK(judged(R"("iat":1699999939.9)", {.max_age = 60s}) == "token_too_old iat");
    CHECK(judged(R"("iat":1699999935)", {.leeway = 5s, .max_age = 60s}) == "accepted");
    CHECK(judged(R"("iat":1699999934)", {.leeway = 5s, .max_age = 60s}) == "token_too_old iat");
    CHECK(judged("", {.max_age = 60s}) == "missing_claim iat");
    CHECK(judged(R"("iat":1700000000)", {.max_age = 0s}) == "accepted");
    CHECK(judged(R"("iat":1699999999)", {.max_age = -1h}) == "token_too_old iat");
    CHECK(judged(R"("iat":1700000000)", {.max_age = -1h}) == "accepted");
    CHECK(judged(R"("iat":-62135596800)", {.max_age = std::chrono::seconds::max()}) == "accepted");
}

TEST_CASE("leeway is clamped to 0 to 300 seconds, and nothing overflows") {
    constexpr auto most = std::chrono::seconds::max(), least = std::chrono::seconds::min();
    CHECK(judged(R"("exp":1699999701)", {.leeway = most}) == "accepted");
    CHECK(judged(R"("exp":1699999700)", {.leeway = most}) == "token_expired exp");
    CHECK(judged(R"("exp":1700000001)", {.leeway = least}) == "accepted");
    CHECK(judged(R"("exp":1700000000)", {.leeway = least}) == "token_expired exp");
    CHECK(judged(R"("nbf":1700000000)", {.leeway = least}) == "accepted");
    CHECK(judged(R"("iat":1699999640)", {.leeway = most, .max_age = 60s}) == "accepted");
    CHECK(judged(R"("iat":1699999639)", {.leeway = most, .max_age = 60s}) == "token_too_old iat");
    for (const std::int64_t moment :
         {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
        const bool late = moment > 0;
        CHECK(judged_at(moment, R"("exp":0)", {.leeway = most}) == (late ? "token_expired exp" : "accepted"));
        CHECK(judged_at(moment, R"("exp":253402300799)") == (late ? "token_expired exp" : "accepted"));
        CHECK(judged_at(moment, R"("exp":253402300799,"nbf":0)", {.leeway = 300s}) ==
              (late ? "token_expired exp" : "token_not_yet_valid nbf"));
        CHECK(judged_at(moment, R"("exp":-62135596800)", {.leeway = most}) ==
              (late ? "token_expired exp" : "accepted"));
    }
}

TEST_CASE("a clock beyond the calendar's range still works") {
    constexpr std::int64_t first = -62'135'596'800, last = 253'402'300'799;
    constexpr std::string_view ends_last = R"("exp":253402300799)", ends_first = R"("exp":-62135596800)";
    CHECK(judged_at(last + 299, ends_last, {.leeway = 300s}) == "accepted");
    CHECK(judged_at(last + 300, ends_last, {.leeway = 300s}) == "token_expired exp");
    CHECK(judged_at(1'000'000'000'000, ends_last, {.leeway = 300s}) == "token_expired exp");
    CHECK(judged_at(first - 1, ends_first) == "accepted");
    CHECK(judged_at(first, ends_first) == "token_expired exp");
    const auto with = [](std::string_view dates) { return R"("exp":253402300799,)" + std::string{dates}; };
    const auto nbf = with(R"("nbf":-62135596800)"), iat = with(R"("iat":-62135596800)");
    CHECK(judged_at(first - 300, nbf, {.leeway = 300s}) == "accepted");
    CHECK(judged_at(first - 301, nbf, {.leeway = 300s}) == "token_not_yet_valid nbf");
    CHECK(judged_at(first - 300, iat, {.leeway = 300s}) == "accepted");
    CHECK(judged_at(first - 301, iat, {.leeway = 300s}) == "issued_in_future iat");
}

TEST_CASE("max_age: the longest ages with the extreme clocks") {
    constexpr auto most = std::chrono::seconds::max();
    constexpr std::int64_t latest = (std::numeric_limits<std::int64_t>::max)();
    const auto judged_age = [](std::int64_t moment, std::string_view iat, std::chrono::seconds max_age) {
        const Rules rules{.leeway = 300s, .max_age = max_age, .allow_missing_exp = true, .allow_future_iat = true};
        return judged_at(moment, R"("iat":)" + std::string{iat}, rules);
    };
    for (const std::string_view iat : {"0", "-62135596800", "253402300799"}) {
        INFO(iat);
        CHECK(judged_age(latest, iat, most) == "accepted");
        CHECK(judged_age(latest, iat, 10'000'000'000'000s) == "token_too_old iat");
        CHECK(judged_age(latest, iat, std::chrono::seconds::min()) == "token_too_old iat");
        CHECK(judged_age((std::numeric_limits<std::int64_t>::min)(), iat, most) == "issued_in_future iat");
        CHECK(judged_age((std::numeric_limits<std::int64_t>::min)(), iat, 0s) == "issued_in_future iat");
    }
    CHECK(judged_age(1'000'000'000'000, "0", 999'999'999'700s) == "accepted");
    CHECK(judged_age(1'000'000'000'000, "0", 999'999'999'699s) == "token_too_old iat");
    CHECK(judged_age(1'000'000'000'000, "253402300799", 0s) == "token_too_old iat");
}

TEST_CASE("dates of a wrong type never count as absent") {
    for (const std::string_view name : {"exp", "nbf", "iat"}) {
        for (const std::string_view value :
             {"\"1700000001\"", "null", "true", "false", "[]", "{}", "[1700000001]", "1e400", "-1e400", "253402300800",
              "-62135596801", "9223372036854775808", "18446744073709551615", "1e12", "\"\"", "9007199254740993"}) {
            INFO(name << " " << value);
            const std::string members = '"' + std::string{name} + "\":" + std::string{value};
            const Rules rules{.allow_missing_exp = true, .allow_future_iat = true};
            CHECK(judged(members, rules) == "invalid_claim_type " + std::string{name});
        }
    }
}

TEST_CASE("a registered claim of a wrong type is refused with a reason") {
    const auto reason = [](std::string_view members) {
        const auto who = credence::decode<RegisteredClaims>(signed_payload("{" + std::string{members} + '}'),
                                                            support::account_keys(), {.clock = support::noon_clock});
        return std::string{who ? "accepted" : who.error().reason};
    };
    constexpr std::string_view milliseconds = "in milliseconds; a NumericDate is in seconds";
    constexpr std::string_view null = "found null; allow_null_members takes null as absent";
    CHECK(reason(R"("exp":1795909842000)") == milliseconds);
    CHECK(reason(R"("exp":1795909842000.5)") == milliseconds);
    CHECK(reason(R"("exp":1.795909842e12)") == milliseconds);
    CHECK(reason(R"("exp":1700000001,"iat":1700000000000)") == milliseconds);
    CHECK(reason(R"("exp":1700000001,"nbf":1700000000000)") == milliseconds);
    CHECK(reason(R"("exp":17959098420000)") == "a date outside the years 1 to 9999");
    CHECK(reason(R"("exp":"1795909842")") == "expected a number, found a string");
    CHECK(reason(R"("exp":null)") == null);
    CHECK(reason(R"("exp":1700000001,"sub":null)") == null);
    CHECK(reason(R"("exp":1700000001,"aud":null)") == null);
    CHECK(reason(R"("exp":1700000001,"sub":1234)") ==
          "expected a string, found a number; allow_numeric_subject takes an integer as its text");
    CHECK(reason(R"("exp":1700000001,"jti":1.5)") == "expected a string, found a number that is no integer");
    CHECK(reason(R"("exp":1700000001,"aud":"x")") ==
          "the token names an audience, and the validation accepts none; see any_audience");
    CHECK(reason(R"("exp":1700000001,"iss":["a"])") == "expected a string, found an array");
    CHECK(reason(R"("exp":1700000001,"jti":true)") == "expected a string, found a boolean");
    CHECK(reason(R"("exp":1700000001,"aud":{})") == "expected a string or an array of strings");
    CHECK(reason(R"("exp":1700000001,"aud":["a",1])") == "expected a string or an array of strings");
}

TEST_CASE("a missing exp is reported in the order of exp") {
    CHECK(judged_at(0, R"("nbf":1)") == "missing_claim exp");
    CHECK(judged_at(0, R"("nbf":1)", {.allow_missing_exp = true}) == "token_not_yet_valid nbf");
    CHECK(judged_at(0, R"("sub":"x")", {.allow_missing_exp = true}) == "accepted");
    CHECK(judged_at(0, R"("sub":"x")", {.required = {"exp"}, .allow_missing_exp = true}) == "missing_claim exp");
}

TEST_CASE("iss and sub must equal one of the accepted names as a whole") {
    for (const std::string_view name : {"iss", "sub"}) {
        Rules rules;
        (name == "iss" ? rules.issuer : rules.subject) = {"https://id.example", "https://id2.example"};
        const std::string refusal = (name == "iss" ? "invalid_issuer " : "invalid_subject ") + std::string{name};
        const auto with = [&](std::string_view json) { return '"' + std::string{name} + "\":" + std::string{json}; };
        CHECK(judged(with(R"("https://id.example")"), rules) == "accepted");
        CHECK(judged(with(R"("https://id2.example")"), rules) == "accepted");
        CHECK(judged(with(R"("https:\/\/id.\u0065xample")"), rules) == "accepted");
        for (const std::string_view other :
             {R"("")", R"("https://id.exampl")", R"("https://id.example/")", R"("https://id.example.evil")",
              R"("HTTPS://id.example")", R"("https://id.example\u0000")", R"(" https://id.example")",
              R"("https://id.example https://id2.example")"}) {
            INFO(other);
            CHECK(judged(with(other), rules) == refusal);
        }
        CHECK(judged("", rules) == "missing_claim " + std::string{name});
        for (const std::string_view wrong : {"1", "null", R"(["https://id.example"])", "{}", "true"}) {
            CHECK(judged(with(wrong), rules) == "invalid_claim_type " + std::string{name});
            CHECK(judged(with(wrong)) == "invalid_claim_type " + std::string{name});
        }
    }
}

TEST_CASE("an issuer that is set to an empty list matches nothing") {
    CHECK(judged(R"("iss":"")", {.issuer = ""}) == "invalid_issuer iss");
    CHECK(judged(R"("iss":"x")", {.issuer = std::vector<std::string>{}}) == "invalid_issuer iss");
    CHECK(judged("", {.issuer = ""}) == "missing_claim iss");
}

TEST_CASE("aud: if the token has one, it must match") {
    const Rules api{.audience = {"api", "web"}};
    CHECK(judged(R"("aud":"api")", api) == "accepted");
    CHECK(judged(R"("aud":["x","\u0077eb"])", api) == "accepted");
    CHECK(judged("", api) == "missing_claim aud");
    for (const std::string_view other : {R"("ap")", R"("apis")", R"("API")", R"("api web")", R"("")", "[]",
                                         R"(["x","y"])", R"([""])", R"("api\u0000")"}) {
        INFO(other);
        CHECK(judged("\"aud\":" + std::string{other}, api) == "invalid_audience aud");
        CHECK(judged("\"aud\":" + std::string{other}) == "invalid_audience aud");
        CHECK(judged("\"aud\":" + std::string{other}, {.audience = ""}) == "invalid_audience aud");
        CHECK(judged("\"aud\":" + std::string{other}, {.audience = credence::any_audience}) == "accepted");
    }
    for (const std::string_view wrong : {"1", "null", "{}", "true", R"(["api",1])", R"([["api"]])", R"({"api":1})"}) {
        INFO(wrong);
        CHECK(judged("\"aud\":" + std::string{wrong}, api) == "invalid_claim_type aud");
        CHECK(judged("\"aud\":" + std::string{wrong}, {.audience = credence::any_audience}) ==
              "invalid_claim_type aud");
    }
    CHECK(judged("", {.audience = credence::any_audience}) == "accepted");
}

TEST_CASE("typ is compared as a media type") {
    CHECK(typed(R"({"alg":"HS256","typ":"at+jwt"})", "at+jwt") == "accepted");
    CHECK(typed(R"({"alg":"HS256","typ":"AT+JWT"})", "at+jwt") == "accepted");
    CHECK(typed(R"({"alg":"HS256","typ":"application/at+jwt"})", "at+jwt") == "accepted");
    CHECK(typed(R"({"alg":"HS256","typ":"Application/at+jwt"})", "at+jwt") == "accepted");
    CHECK(typed(R"({"alg":"HS256","typ":"at+jwt"})", "application/at+jwt") == "accepted");
    for (const std::string_view typ : {"JWT", "", "at+jw", "at+jwtx", "application/", "application/application/at+jwt",
                                       "text/at+jwt", "application/x/at+jwt", "at+jwt ", "at+jwt;a=b", "application"}) {
        INFO(typ);
        CHECK(typed(R"({"alg":"HS256","typ":")" + std::string{typ} + "\"}", "at+jwt") == "invalid_type typ");
    }
    CHECK(typed(R"({"alg":"HS256"})", "at+jwt") == "invalid_type typ");
    CHECK(typed(R"({"alg":"HS256","typ":"anything"})", "") == "accepted");
}

TEST_CASE("typ: a required prefix without a type does not match an empty type") {
    for (const std::string_view wanted : {"application/", "Application/"}) {
        CHECK(typed(R"({"alg":"HS256"})", wanted) == "invalid_type typ");
        CHECK(typed(R"({"alg":"HS256","typ":""})", wanted) == "invalid_type typ");
        CHECK(typed(R"({"alg":"HS256","typ":"at+jwt"})", wanted) == "invalid_type typ");
        CHECK(typed(R"({"alg":"HS256","typ":"application/"})", wanted) == "accepted");
    }
    CHECK(typed(R"({"alg":"HS256","typ":"application/"})", "at+jwt") == "invalid_type typ");
}

TEST_CASE("required claims must be present, whatever their values") {
    const Rules rules{.required = {"tenant", "jti"}};
    CHECK(judged(R"("tenant":null,"jti":"")", rules) == "accepted");
    CHECK(judged(R"("jti":"x")", rules) == "missing_claim tenant");
    CHECK(judged(R"("tenant":1)", rules) == "missing_claim jti");
    CHECK(judged(R"("t\u0065nant":1,"jti":"x")", rules) == "accepted");
    CHECK(judged(R"("x":{"tenant":1},"jti":"x")", rules) == "missing_claim tenant");
    CHECK(judged(R"("Tenant":1,"jti":"x")", rules) == "missing_claim tenant");
}

TEST_CASE("the type of jti is checked after all rules, and after the required claims") {
    CHECK(judged(R"("jti":"x")") == "accepted");
    CHECK(judged(R"("jti":1)") == "invalid_claim_type jti");
    CHECK(judged(R"("jti":1)", {.required = {"tenant"}}) == "missing_claim tenant");
    CHECK(judged(R"("jti":1)", {.required = {"jti"}}) == "invalid_claim_type jti");
    CHECK(judged(R"("jti":1,"aud":"x")", {.required = {"tenant"}}) == "invalid_audience aud");
}

TEST_CASE("an empty clock is the system clock") {
    const auto token = credence::encode(RegisteredClaims{.exp = credence::in(1h)}, support::account_keys()).value();
    CHECK(credence::decode<RegisteredClaims>(token, support::account_keys(), {.clock = nullptr}));
    const auto old = signed_payload(R"({"exp":1700000001})");
    CHECK_FALSE(credence::decode<RegisteredClaims>(old, support::account_keys(), {.clock = nullptr}));
}

TEST_CASE("scopes come from scope, or without it from scp: a string or an array") {
    struct Row {
        std::string_view members;
        std::vector<std::string> wanted;
    };
    const std::vector<Row> rows{{R"("x":1)", {}},
                                {R"("scope":"a b")", {"a", "b"}},
                                {R"("scope":"  a   b ")", {"a", "b"}},
                                {R"("scope":"")", {}},
                                {R"("scope":"a\u0020b")", {"a", "b"}},
                                {R"("scope":"a\tb")", {"a\tb"}},
                                {R"("scp":"a b")", {"a", "b"}},
                                {R"("scp":["a","b c"])", {"a", "b c"}},
                                {R"("scp":[])", {}},
                                {R"("scope":"a","scp":["b"])", {"a"}},
                                {R"("scope":"","scp":["b"])", {}},
                                {R"("scope":1,"scp":["b"])", {}},
                                {R"("scope":null)", {}},
                                {R"("scp":["a",1])", {}},
                                {R"("scp":{"a":1})", {}},
                                {R"("scope":["a","b"])", {"a", "b"}},
                                {R"("scope":["a","b"],"scp":"c")", {"a", "b"}},
                                {R"("scope":["a b",""])", {"a b"}},
                                {R"("scope":[],"scp":"c")", {}}};
    for (const auto& [members, wanted] : rows) {
        const auto token = signed_payload(R"({"exp":1700000001,)" + std::string{members} + '}');
        INFO(members);
        const auto typed =
            credence::decode<RegisteredClaims>(token, support::account_keys(), {.clock = support::noon_clock});
        const auto any =
            credence::decode<nlohmann::json>(token, support::account_keys(), {.clock = support::noon_clock});
        REQUIRE(typed);
        REQUIRE(any);
        CHECK((*typed).scopes() == wanted);
        CHECK((*any).scopes() == wanted);
    }
}

TEST_CASE("scope_claims names the claims that grant scopes, in order of preference") {
    struct Row {
        std::string_view members;
        std::vector<std::string> names;
        std::vector<std::string> wanted;
    };
    const std::vector<Row> rows{{R"("permissions":["a"],"scope":"b")", {"permissions"}, {"a"}},
                                {R"("permissions":"a c","scope":"b")", {"permissions"}, {"a", "c"}},
                                {R"("scope":"b")", {"permissions"}, {}},
                                {R"("scope":"b")", {}, {}},
                                {R"("scope":"b","roles":["r"])", {"roles", "scope"}, {"r"}},
                                {R"("roles":["r"],"scope":"b")", {"scope", "roles"}, {"b"}},
                                {R"("roles":7,"scope":"b")", {"roles", "scope"}, {}},
                                {R"("r\u006fles":["r"])", {"roles"}, {"r"}},
                                {R"("x":{"roles":["r"]})", {"roles"}, {}},
                                {R"("scp":"a")", {"scp"}, {"a"}},
                                {R"("sub":"a b")", {"sub"}, {"a", "b"}}};
    for (const auto& [members, names, wanted] : rows) {
        const auto token = signed_payload(R"({"exp":1700000001,)" + std::string{members} + '}');
        INFO(members);
        const auto& keys = support::account_keys();
        const auto typed = credence::decode<support::AccountClaims>(
            signed_payload(R"({"exp":1700000001,"role":"admin",)" + std::string{members} + '}'), keys,
            {.scope_claims = names, .clock = support::noon_clock});
        const auto plain =
            credence::decode<RegisteredClaims>(token, keys, {.scope_claims = names, .clock = support::noon_clock});
        const auto any =
            credence::decode<nlohmann::json>(token, keys, {.scope_claims = names, .clock = support::noon_clock});
        REQUIRE(typed);
        REQUIRE(plain);
        REQUIRE(any);
        CHECK((*typed).scopes() == wanted);
        CHECK((*plain).scopes() == wanted);
        CHECK((*any).scopes() == wanted);
    }
}

TEST_CASE("attack row 47: a token that is bound to a key needs its proof, after the checks and whatever cnf is") {
    for (const std::string_view cnf : {R"({"jkt":"x"})", "{}", "null", "7"}) {
        const std::string members = "\"cnf\":" + std::string{cnf};
        CHECK(judged(members) == "proof_required cnf");
        CHECK(judged(members, {.allow_bearer_use = true}) == "accepted");
        CHECK(judged(members, {.allow_null_members = true}) == "proof_required cnf");
    }
    const Rules strict{.checks = {{"never", [](const RegisteredClaims&) { return false; }}}};
    CHECK(judged(R"("cnf":{})", strict) == "check_failed never");
    CHECK(judged(R"("x":{"cnf":{}})") == "accepted");
}

TEST_CASE("null members count as absent where that is allowed, and only registered claims") {
    const Rules nulls{.allow_null_members = true};
    CHECK(judged(R"("iss":null,"sub":null,"aud":null,"nbf":null,"iat":null,"jti":null)", nulls) == "accepted");
    CHECK(judged(R"("exp":null)", nulls) == "missing_claim exp");
    CHECK(judged(R"("exp":null)", {.allow_missing_exp = true, .allow_null_members = true}) == "accepted");
    CHECK(judged(R"("sub":null)", {.required = {"sub"}, .allow_null_members = true}) == "missing_claim sub");
    CHECK(judged(R"("tenant":null)", {.required = {"tenant"}, .allow_null_members = true}) == "accepted");
    CHECK(judged(R"("iss":null)", {.issuer = "x", .allow_null_members = true}) == "missing_claim iss");
    CHECK(judged(R"("aud":null)", {.audience = "x", .allow_null_members = true}) == "missing_claim aud");
    CHECK(judged(R"("iat":null)", {.max_age = 60s, .allow_null_members = true}) == "missing_claim iat");
    CHECK(judged(R"("sub":null,"sub":"x")", nulls) == "duplicate_member");
    CHECK(judged(R"("sub":"x","sub":null)", nulls) == "duplicate_member");
    CHECK(judged(R"("sub":null,"sub":null)", nulls) == "duplicate_member");
    CHECK(judged(R"("aud":[null])", nulls) == "invalid_claim_type aud");
    const Rules both{.required = {"sub"}, .allow_duplicate_members = true, .allow_null_members = true};
    CHECK(judged(R"("sub":"x","sub":null)", both) == "missing_claim sub");
    CHECK(judged(R"("sub":null,"sub":"x")", both) == "accepted");
}

TEST_CASE("an integer in sub or jti is its text where that is allowed") {
    const Rules numbers{.allow_numeric_subject = true};
    for (const std::string_view wrong : {"1.0", "1e3", "true", "null", "[1]", "{}", "-1.5"}) {
        CHECK(judged("\"sub\":" + std::string{wrong}, numbers) == "invalid_claim_type sub");
        CHECK(judged("\"jti\":" + std::string{wrong}, numbers) == "invalid_claim_type jti");
    }
    CHECK(judged(R"("iss":7)", numbers) == "invalid_claim_type iss");
    CHECK(judged(R"("aud":7)", numbers) == "invalid_claim_type aud");
    CHECK(judged(R"("sub":7)", {.subject = "7", .allow_numeric_subject = true}) == "accepted");
    CHECK(judged(R"("sub":7)", {.subject = "8", .allow_numeric_subject = true}) == "invalid_subject sub");
    CHECK(judged(R"("sub":-0)", {.subject = "0", .allow_numeric_subject = true}) == "accepted");
    const auto who = credence::decode<RegisteredClaims>(
        signed_payload(R"({"exp":1700000001,"sub":123456789012345678901234567890,"jti":-7})"), support::account_keys(),
        {.allow_numeric_subject = true, .clock = support::noon_clock});
    REQUIRE(who);
    CHECK(who->sub == "123456789012345678901234567890");
    CHECK(who->jti == "-7");
}
