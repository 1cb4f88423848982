// SPDX-License-Identifier: MIT
// Known attacks on the JSON of header and claims: rows 16, 20 and 37, and the traps of JSON libraries.
#include <credence/jwt/encode.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using support::signed_payload;
using support::signed_texts;
using support::verdict;
using Registered = credence::RegisteredClaims;

namespace {

/// The verdict on a payload: a typed claims type and a DOM must agree.
std::string judged(std::string_view payload) {
    const std::string token = signed_payload(payload);
    const std::string typed = verdict<Registered>(token), any = verdict<nlohmann::json>(token);
    return typed == any ? typed : typed + " but " + any;
}

std::string header_judged(std::string_view header) { return verdict(signed_texts(header, R"({"exp":1700000001})")); }

std::string with_exp(std::string_view members) { return R"({"exp":1700000001,)" + std::string{members} + '}'; }

std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int time = 0; time < times; ++time) out += text;
    return out;
}

}  // namespace

TEST_CASE("attack row 16: duplicate member in the claims, at any depth, with or without escapes") {
    for (const std::string_view members :
         {R"("sub":"a","sub":"b")", R"("sub":"a","sub":"a")", R"("exp":9999999999)", R"("\u0065xp":9999999999)",
          R"("x":1,"x":2)", R"("x":{"y":1,"y":2})", R"("x":[{"y":{"z":1,"z":2}}])", R"("aud":"a","aud":"b")",
          R"("iss":"a","\u0069ss":"b")", R"("":1,"":2)", R"("scope":"a","scope":"a admin")",
          R"("scp":[],"scp":["a"])"}) {
        INFO(members);
        CHECK(judged(with_exp(members)) == "duplicate_member");
    }
    CHECK(judged(with_exp(R"("x":{"sub":1},"y":{"sub":2},"sub":"3")")) == "accepted");
}

TEST_CASE("attack row 16: duplicate member in the header, also if the rules allow one in the claims") {
    const credence::Validation<nlohmann::json> lenient{.allow_duplicate_members = true};
    for (const std::string_view header :
         {R"({"alg":"HS256","alg":"HS256"})", R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","\u0061lg":"none"})",
          R"({"alg":"HS256","x":1,"x":1})", R"({"alg":"HS256","x":{"y":1,"y":1}})",
          R"({"alg":"HS256","kid":"a","kid":"a"})", R"({"alg":"HS256","crit":["x"],"crit":["x"],"x":1})"}) {
        INFO(header);
        CHECK(header_judged(header) == "duplicate_member");
        CHECK(verdict(signed_texts(header, R"({"exp":1700000001})"), lenient) == "duplicate_member");
    }
}

TEST_CASE("attack row 16: duplicate member among thousands") {
    std::string members;
    for (int number = 0; number < 500; ++number) members += "\"m" + std::to_string(number) + "\":0,";
    CHECK(judged(with_exp(members + "\"last\":1")) == "accepted");
    CHECK(judged(with_exp(members + "\"m0\":1")) == "duplicate_member");
    CHECK(judged(with_exp(members + "\"m499\":1")) == "duplicate_member");
    CHECK(judged(with_exp(members + "\"exp\":1700000001")) == "duplicate_member");
}

TEST_CASE("attack row 20: level 32 is read, level 33 is not, in claims and header") {
    // The claims set is level 1.
    CHECK(judged(with_exp("\"x\":" + repeated("[", 31) + repeated("]", 31))) == "accepted");
    CHECK(judged(with_exp("\"x\":" + repeated("[", 32) + repeated("]", 32))) == "invalid_json");
    CHECK(judged(with_exp("\"x\":" + repeated("{\"x\":", 30) + "{}" + repeated("}", 30))) == "accepted");
    CHECK(judged(with_exp("\"x\":" + repeated("{\"x\":", 31) + "{}" + repeated("}", 31))) == "invalid_json");
    CHECK(header_judged(R"({"alg":"HS256","x":)" + repeated("[", 31) + repeated("]", 31) + "}") == "accepted");
    CHECK(header_judged(R"({"alg":"HS256","x":)" + repeated("[", 32) + repeated("]", 32) + "}") == "invalid_json");
}

TEST_CASE("attack row 20: a million levels are refused, open or closed") {
    credence::Validation<nlohmann::json> large{.max_token_bytes = 100'000'000};
    for (const std::string_view opening : {"[", "{\"a\":", "[{\"a\":"}) {
        const std::string deep = repeated(opening, 1'000'000);
        CHECK(verdict(signed_payload(deep), large) == "invalid_json");
        CHECK(verdict(signed_payload(R"({"x":)" + deep), large) == "invalid_json");
        CHECK(verdict(signed_texts(deep, "{}"), large) == "invalid_json");
    }
    CHECK(verdict(signed_payload("{\"x\":" + repeated("[", 100'000) + repeated("]", 100'000) + "}"), large) ==
          "invalid_json");
}

TEST_CASE("attack row 37: text that is not UTF-8 is refused in values, names and header") {
    for (const std::string_view bad : {"\xff",
                                       "\xfe",
                                       "\x80",
                                       "\xbf",
                                       "\xc0\x80",
                                       "\xc0\xaf",
                                       "\xc1\xbf",
                                       "\xe0\x80\x80",
                                       "\xe0\x9f\xbf",
                                       "\xed\xa0\x80",
                                       "\xed\xbf\xbf",
                                       "\xf0\x80\x80\x80",
                                       "\xf0\x8f\xbf\xbf",
                                       "\xf4\x90\x80\x80",
                                       "\xf5\x80\x80\x80",
                                       "\xc3",
                                       "\xe2\x82",
                                       "\xf0\x9f\x98",
                                       "\xc3\x28",
                                       "\\ud800",
                                       "\\udfff",
                                       "\\ud800\\u0041",
                                       "\\udc00\\ud800",
                                       "\\ud83d\\ud83d"}) {
        const std::string text{bad};
        CHECK(judged(with_exp("\"sub\":\"" + text + '"')) == "invalid_json");
        CHECK(judged(with_exp("\"x\":\"a" + text + "b\"")) == "invalid_json");
        CHECK(judged(with_exp('"' + text + "\":1")) == "invalid_json");
        CHECK(judged(with_exp("\"x\":[{\"y" + text + "\":1}]")) == "invalid_json");
        CHECK(header_judged(R"({"alg":"HS256","kid":")" + text + "\"}") == "invalid_json");
    }
}

TEST_CASE("attack row 37: encode refuses to sign text that is not UTF-8") {
    CHECK(credence::encode(Registered{.sub = "\xff"}, support::account_keys()).error().code ==
          credence::Errc::invalid_json);
    CHECK(credence::encode(nlohmann::json{{"sub", "\xc0\x80"}}, support::account_keys()).error().code ==
          credence::Errc::invalid_json);
}

TEST_CASE("JSON trap: text after the closing brace is refused") {
    for (const std::string_view tail : {"}", "{}", ",", "x", "\x01", "//", "\"", "]", "\xc2\xa0", "\xef\xbb\xbf"}) {
        INFO(tail);
        CHECK(judged(R"({"exp":1700000001})" + std::string{tail}) == "invalid_json");
        CHECK(header_judged(R"({"alg":"HS256"})" + std::string{tail}) == "invalid_json");
    }
    CHECK(judged(std::string_view{"{\"exp\":1700000001}\0", 19}) == "invalid_json");
    CHECK(judged(std::string_view{"{\"exp\":1700000001}\0{}", 21}) == "invalid_json");
    CHECK(judged(" \t\r\n{ \"exp\" : 1700000001 } \t\r\n") == "accepted");
}

TEST_CASE("JSON trap: byte order marks, comments, extra commas, NaN and leading zeros are refused") {
    for (const std::string_view text : {"\xef\xbb\xbf{\"exp\":1700000001}",
                                        "{\"exp\":1700000001,}",
                                        "{\"exp\":1700000001,,\"a\":1}",
                                        "{/**/\"exp\":1700000001}",
                                        "{\"exp\":1700000001}//",
                                        "{\"exp\":NaN}",
                                        "{\"exp\":Infinity}",
                                        "{\"exp\":01700000001}",
                                        "{\"exp\":+1700000001}",
                                        "{\"exp\":0x6553f101}",
                                        "{\"exp\":1700000001.}",
                                        "{\"exp\":.5}",
                                        "{exp:1700000001}",
                                        "{'exp':1700000001}",
                                        "{\"exp\":1700000001 \"a\":1}",
                                        "{\"exp\"=1700000001}",
                                        "{\"exp\":1_700_000_001}",
                                        "{\"exp\":1700000001\x0c}",
                                        "{\"exp\":True}",
                                        "{\"exp\":1700000001,\"a\":\"\t\"}",
                                        "{\"a\":\"\\x41\",\"exp\":1700000001}"}) {
        INFO(text);
        CHECK(judged(text) == "invalid_json");
    }
}

TEST_CASE("JSON trap: a member name with escapes is the same name") {
    CHECK(judged(R"({"\u0065\u0078\u0070":1})") == "token_expired exp");
    CHECK(judged(R"({"e\u0078p":1700000001})") == "accepted");
    CHECK(judged(R"({"exp":1700000001,"\u006e\u0062\u0066":1700000002})") == "token_not_yet_valid nbf");
    CHECK(judged(R"({"exp":1700000001,"\u0061ud":"x"})") == "invalid_audience aud");
    CHECK(judged(R"({"exp\u0000":1700000001})") == "missing_claim exp");
    CHECK(judged(R"({"Exp":1700000001})") == "missing_claim exp");
    CHECK(judged(R"({" exp":1700000001})") == "missing_claim exp");
}

TEST_CASE("JSON trap: claims and header must be objects") {
    for (const std::string_view text :
         {"[]", "[{\"exp\":1700000001}]", "\"exp\"", "1700000001", "null", "true", "-0.5e3"}) {
        INFO(text);
        CHECK(judged(text) == "malformed_token");
        CHECK(header_judged(text) == "malformed_token");
    }
}
