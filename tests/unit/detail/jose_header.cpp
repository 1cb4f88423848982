// SPDX-License-Identifier: MIT
// The header: what of it counts, what is refused, and every rule of crit.
#include <credence/detail/jose_header.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::Errc;
using credence::detail::encode_base64url;
using credence::detail::JoseHeader;
using credence::detail::read_jose_header;
using credence::detail::understands_critical;

namespace {

std::string judged(std::string_view text) {
    const auto header = read_jose_header(encode_base64url(text), false);
    return header ? "ok" : std::string{to_string(header.error().code)};
}

bool understands(std::string_view text, const std::vector<std::string>& understood = {}) {
    const auto header = read_jose_header(encode_base64url(text), false);
    INFO(text);
    REQUIRE(header);
    return understands_critical(*header, understood);
}

}  // namespace

TEST_CASE("a header gives alg, kid and typ") {
    const auto header = read_jose_header(encode_base64url(R"({"typ":"at+jwt","kid":"k\u0031","alg":"HS256"})"), false);
    REQUIRE(header);
    CHECK(header->header == credence::Header{"HS256", "k1", "at+jwt"});
    CHECK_FALSE(header->has_crit);
    CHECK(read_jose_header(encode_base64url(R"({"alg":""})"), false)->header == credence::Header{});
}

TEST_CASE("members that do not count are ignored, whatever they are") {
    CHECK(judged(R"({"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"jku":"https://evil.example","x5u":1,"x5c":["a"]})") ==
          "ok");
    CHECK(judged(R"({"alg":"HS256","zip":"DEF","enc":7,"b64":false,"cty":null,"iss":"x","Alg":"none"})") == "ok");
}

TEST_CASE("a header without alg, or with a member of another type, is malformed") {
    for (const std::string_view text :
         {R"({})", R"({"typ":"JWT"})", R"({"Alg":"HS256"})", R"({"alg":null})", R"({"alg":1})", R"({"alg":["HS256"]})",
          R"({"alg":{}})", R"({"alg":true})", R"({"alg":"HS256","kid":1})", R"({"alg":"HS256","kid":null})",
          R"({"alg":"HS256","typ":1})", R"({"alg":"HS256","typ":["JWT"]})", R"({"kid":{},"alg":"HS256"})"}) {
        INFO(text);
        CHECK(judged(text) == "malformed_token");
    }
}

TEST_CASE("a header that is JSON but no object is malformed") {
    for (const std::string_view text : {"[]", "\"alg\"", "1", "null", "true", R"(["alg","HS256"])", " [1] "}) {
        INFO(text);
        CHECK(judged(text) == "malformed_token");
    }
    CHECK(read_jose_header("", false).error().code == Errc::malformed_token);
}

TEST_CASE("a header that is no JSON is invalid") {
    for (const std::string_view text : {"x", "{", "[", "[}",
                                        R"({"alg":"HS256"})"
                                        "x",
                                        R"({"alg":"HS256",})", "\"", "\xef\xbb\xbf{\"alg\":\"HS256\"}",
                                        R"({alg:"HS256"})", "{\"alg\":\"HS256\xff\"}"}) {
        INFO(text);
        CHECK(judged(text) == "invalid_json");
    }
}

TEST_CASE("a header that names a member twice is refused, also deep inside and with escapes") {
    for (const std::string_view text :
         {R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","kid":"a","kid":"b"})", R"({"alg":"HS256","x":1,"x":1})",
          R"({"alg":"HS256","\u0061lg":"none"})", R"({"alg":"HS256","jwk":{"kty":"a","kty":"b"}})",
          R"({"alg":"HS256","crit":[],"crit":[]})"}) {
        INFO(text);
        CHECK(judged(text) == "duplicate_member");
    }
}

TEST_CASE("a header's base64url is strict unless padding is allowed") {
    const std::string text = R"({"alg":"HS256"} )";  // 16 bytes: 22 characters
    const std::string segment = encode_base64url(text);
    CHECK(read_jose_header(segment, false));
    CHECK(read_jose_header(segment, true));
    CHECK(read_jose_header(segment + "==", true));
    CHECK(read_jose_header(segment + "==", false).error().code == Errc::invalid_base64);
    CHECK(read_jose_header(segment + "=", true).error().code == Errc::invalid_base64);
    CHECK(read_jose_header("+" + segment, true).error().code == Errc::invalid_base64);
}

TEST_CASE("a long crit costs no more than to sort it") {
    constexpr int count = 100'000;
    std::string crit, members;
    std::vector<std::string> names;
    for (int number = 0; number < count; ++number) {
        names.push_back("extension" + std::to_string(number * 7 % count));
        crit += (number == 0 ? "\"" : ",\"") + names.back() + '"';
        members += ",\"" + names.back() + "\":1";
    }
    const std::string header = R"({"alg":"HS256","crit":[)" + crit + ']' + members + '}';
    CHECK(understands(header, names));  // in a second; one by one it would be minutes
    names.pop_back();
    CHECK_FALSE(understands(header, names));
}

TEST_CASE("crit is understood only as RFC 7515 §4.1.11 says") {
    const std::vector<std::string> exp2{"exp2", "other"};
    CHECK(understands(R"({"alg":"HS256"})"));
    CHECK(understands(R"({"alg":"HS256","exp2":1})"));
    CHECK(understands(R"({"alg":"HS256","crit":["exp2"],"exp2":1})", exp2));
    CHECK(understands(R"({"alg":"HS256","exp2":1,"other":2,"crit":["exp2","other"]})", exp2));
    CHECK(understands(R"({"alg":"HS256","e\u0078p2":1,"crit":["\u0065xp2"]})", exp2));
    for (const std::string_view text :
         {R"({"alg":"HS256","crit":["exp3"],"exp3":1})", R"({"alg":"HS256","crit":["exp2","exp3"],"exp2":1,"exp3":1})",
          R"({"alg":"HS256","crit":[]})", R"({"alg":"HS256","crit":"exp2","exp2":1})", R"({"alg":"HS256","crit":null})",
          R"({"alg":"HS256","crit":{"exp2":1},"exp2":1})", R"({"alg":"HS256","crit":[1],"1":1})",
          R"({"alg":"HS256","crit":["exp2",1],"exp2":1})", R"({"alg":"HS256","crit":["exp2",["exp2"]],"exp2":1})",
          R"({"alg":"HS256","crit":["exp2","exp2"],"exp2":1})", R"({"alg":"HS256","crit":["exp2"]})",
          R"({"alg":"HS256","crit":["Exp2"],"Exp2":1})", R"({"alg":"HS256","crit":[""],"":1})",
          R"({"alg":"HS256","crit":true})", R"({"alg":"HS256","crit":["exp2\u0000"],"exp2\u0000":1})"}) {
        INFO(text);
        CHECK_FALSE(understands(text, exp2));
    }
}

TEST_CASE("no standard name, and not b64, can be critical, even if the caller claims to understand it") {
    for (const auto& name : credence::detail::names_never_critical) {
        const std::string text{name};
        const std::string members = text == "alg" || text == "crit" || text == "kid" || text == "typ"
                                        ? std::string{R"("kid":"k","typ":"t")"}
                                        : '"' + text + "\":1";
        INFO(text);
        CHECK_FALSE(understands(R"({"alg":"HS256","crit":[")" + text + "\"]," + members + "}", {text}));
    }
}

TEST_CASE("a crit of thousands of names costs no more than reading it") {  // it comes before any signature is checked
    std::string names, members;
    for (int number = 0; number < 20'000; ++number) {
        const std::string name = "\"x" + std::to_string(number) + '"';
        names += (number == 0 ? "" : ",") + name;
        members += "," + name + ":0";
    }
    CHECK_FALSE(understands(R"({"alg":"HS256","crit":[)" + names + "]" + members + "}", {"x0", "x19999"}));
}
