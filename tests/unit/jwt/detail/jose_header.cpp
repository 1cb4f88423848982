// SPDX-License-Identifier: MIT
// The header: the members that count, the headers that are refused, and every rule of crit.
#include <credence/jwt/detail/jose_header.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::Errc;
using credence::detail::check_critical;
using credence::detail::encode_base64url;
using credence::detail::JoseHeader;
using credence::detail::read_jose_header;

namespace {

std::string judged(std::string_view text) {
    const auto header = read_jose_header(encode_base64url(text));
    return header ? "ok" : std::string{to_string(header.error().code)};
}

bool understands(std::string_view text, const std::vector<std::string>& understood = {}) {
    const auto header = read_jose_header(encode_base64url(text));
    INFO(text);
    REQUIRE(header);
    return !check_critical(*header, understood);
}

}  // namespace

TEST_CASE("a header gives alg, kid and typ") {
    const auto header = read_jose_header(encode_base64url(R"({"typ":"at+jwt","kid":"k\u0031","alg":"HS256"})"));
    REQUIRE(header);
    CHECK(header->header == credence::Header{"HS256", "k1", "at+jwt"});
    CHECK_FALSE(header->has_crit);
    CHECK(read_jose_header(encode_base64url(R"({"alg":""})"))->header == credence::Header{});
}

TEST_CASE("unused members are ignored, whatever their values") {
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

TEST_CASE("a header that is JSON but not an object is malformed") {
    for (const std::string_view text : {"[]", "\"alg\"", "1", "null", "true", R"(["alg","HS256"])", " [1] "}) {
        INFO(text);
        CHECK(judged(text) == "malformed_token");
    }
    CHECK(read_jose_header("").error().code == Errc::malformed_token);
}

TEST_CASE("a header that is not JSON is invalid") {
    for (const std::string_view text : {"x", "{", "[", "[}",
                                        R"({"alg":"HS256"})"
                                        "x",
                                        R"({"alg":"HS256",})", "\"", "\xef\xbb\xbf{\"alg\":\"HS256\"}",
                                        R"({alg:"HS256"})", "{\"alg\":\"HS256\xff\"}"}) {
        INFO(text);
        CHECK(judged(text) == "invalid_json");
    }
}

TEST_CASE("a header with a duplicate member is refused, also in nested objects and with escapes") {
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
    CHECK(read_jose_header(segment));
    CHECK(read_jose_header(segment, {.allow_padding = true}));
    CHECK(read_jose_header(segment + "==", {.allow_padding = true}));
    CHECK(read_jose_header(segment + "==").error().code == Errc::invalid_base64);
    CHECK(read_jose_header(segment + "=", {.allow_padding = true}).error().code == Errc::invalid_base64);
    CHECK(read_jose_header("+" + segment, {.allow_padding = true}).error().code == Errc::invalid_base64);
}

TEST_CASE("a crit has at most 16 names") {
    const auto refused = [](int count) {
        std::string crit, members;
        std::vector<std::string> names;
        for (int number = 0; number < count; ++number) {
            names.push_back("extension" + std::to_string(number));
            crit += (number == 0 ? "\"" : ",\"") + names.back() + '"';
            members += ",\"" + names.back() + "\":1";
        }
        const std::string header = R"({"alg":"HS256","crit":[)" + crit + ']' + members + '}';
        return check_critical(*read_jose_header(encode_base64url(header)), names);
    };
    CHECK_FALSE(refused(16));
    REQUIRE(refused(17));
    CHECK(refused(17)->code == Errc::unsupported_critical_header);
    CHECK(refused(17)->reason == "more than 16 names in crit");
}

TEST_CASE("a crit of thousands of elements is refused without reading them") {
    const auto code = [](const std::string& tail, const std::string& after) {
        std::string crit = "\"a\"";
        for (int number = 0; number < 4'000; ++number) crit += ",\"\"";
        const auto header = read_jose_header(encode_base64url(R"({"alg":"HS256","crit":[)" + crit + tail + after));
        if (!header) return header.error().code;
        const auto refused = check_critical(*header, {"a"});
        return refused ? refused->code : Errc{};
    };
    CHECK(code("", "]}") == Errc::unsupported_critical_header);
    CHECK(code(R"(,[{"b":"]"}],1)", R"(],"kid":"k"})") == Errc::unsupported_critical_header);
    CHECK(code(",\"\"", R"(],"alg":"HS256"})") == Errc::duplicate_member);
    CHECK(code("", "") == Errc::invalid_json);
    CHECK(code("", "]") == Errc::invalid_json);
    CHECK(code("", "}}") == Errc::invalid_json);
    CHECK(code(",[[[]", "]}") == Errc::invalid_json);
}

TEST_CASE("a fault behind a character of several bytes is no fault of UTF-8") {
    const auto reason = [](const std::string& alg) {
        return read_jose_header(encode_base64url("{\"alg\":\"" + alg + "\"}")).error().reason;
    };
    CHECK(reason("\xc3\xa9\\q") == "the header is not strict JSON");
    CHECK(reason("\xc3\xa9\x01") == "the header is not strict JSON");
    CHECK(reason("\xc3\xa9\xc3") == "the header is not UTF-8");
}

TEST_CASE("a header has at most 512 escapes, in used members and in others") {
    const auto read = [](std::string_view name, std::size_t escapes, std::string_view escape = "\\n,") {
        std::string text;
        for (std::size_t number = 0; number < escapes; ++number) text += escape;
        return read_jose_header(encode_base64url(R"({"alg":"HS256",")" + std::string{name} + R"(":")" + text + "\"}"));
    };
    CHECK(read("kid", 512)->header.kid.size() == 1024);
    CHECK(read("x", 512).has_value());
    for (const std::string_view name : {"kid", "x"}) {
        const auto refused = read(name, 513);
        CHECK(refused.error().code == Errc::malformed_token);
        CHECK(refused.error().reason == "the header has more than 512 escapes");
    }
    CHECK(read("x", 5'000, "\\n\\u00e9").has_value());  // several in a row in an unused member count as one
    // A longer header than the usual limit allows may have one in 32 of its encoded characters.
    CHECK(read("kid", 1'000, "\\n" + std::string(30, 'x')).has_value());
}

TEST_CASE("a header has at most 64 members, and nothing after them is read") {
    const auto with_members = [](int count) {
        std::string header = R"({"alg":"HS256")";
        for (int number = 1; number < count; ++number) header += ",\"x" + std::to_string(number) + "\":{\"y\":1}";
        return header;
    };
    CHECK(judged(with_members(64) + '}') == "ok");
    CHECK(judged(with_members(65) + '}') == "malformed_token");
    CHECK(judged(with_members(65) + ']') == "malformed_token");
    CHECK(judged(with_members(65) + R"(,"alg":1})") == "malformed_token");
    CHECK(judged(with_members(64) + ']') == "invalid_json");
    CHECK(judged(with_members(63) + R"(,"alg":1})") == "duplicate_member");
}

TEST_CASE("a header has at most 256 values besides the used members, and nothing after them is read") {
    const auto with_values = [](int count, const std::string& value) {
        std::string header = R"({"alg":"HS256","kid":"k","x":[0)";  // the list is the first value, the zero the second
        for (int number = 2; number < count; ++number) header += ',' + value;
        return header;
    };
    for (const std::string value : {"0", R"("")", "[]", "{}", "null"}) {
        INFO(value);
        CHECK(judged(with_values(256, value) + "]}") == "ok");
        CHECK(judged(with_values(257, value) + "]}") == "malformed_token");
        CHECK(judged(with_values(257, value) + "}") == "malformed_token");
        CHECK(judged(with_values(256, value) + "}") == "invalid_json");
    }
    const auto refused = read_jose_header(encode_base64url(with_values(257, R"({"y":1})") + "]}"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason == "the header has more than 256 values");
}

TEST_CASE("a truncated header is reported as not strict JSON, wherever it ends") {
    const std::string name(3000, 'n');  // longer than a usual part
    for (const std::string& header : {std::string{R"({"alg":"HS256","kid":"a\u0041\n","x":[1.5e3,{"y":null}]})"},
                                      R"({"alg":"HS256",")" + name + R"(":"z"})"}) {
        for (std::size_t size = 1; size < header.size(); size += header.size() > 1000 && size > 20 ? 97 : 1) {
            INFO(header.substr(0, size));
            const auto read = read_jose_header(encode_base64url(header.substr(0, size)));
            REQUIRE_FALSE(read);
            CHECK(read.error().reason == "the header is not strict JSON");
        }
    }
}

TEST_CASE("a header is refused with a reason") {
    const auto reason = [](std::string_view text) {
        return std::string{read_jose_header(encode_base64url(text)).error().reason};
    };
    CHECK(reason("{}") == "the header has no alg");
    CHECK(reason(R"({"alg":1})") == "the alg is not a string");
    CHECK(reason(R"({"alg":"HS256","kid":1})") == "the kid is not a string");
    CHECK(reason(R"({"alg":"HS256","kid":null})") == "the kid is null; allow_null_members takes null as absent");
    CHECK(reason(R"({"alg":"HS256","typ":null})") == "the typ is null; allow_null_members takes null as absent");
    CHECK(reason("[]") == "the header is JSON, but not an object");
    CHECK(reason("{") == "the header is not strict JSON");
    CHECK(reason("{\"a\":\"\xff\"}") == "the header is not UTF-8");
    CHECK(reason("\xef\xbb\xbf{}") == "the header begins with a byte order mark");
    CHECK(reason("{\"a\":" + std::string(32, '[') + std::string(32, ']') + "}") ==
          "the header has more than 32 levels of nesting");
    CHECK(reason(R"({"alg":"HS256","alg":"HS256"})") == "a member of the header");
    CHECK(read_jose_header("Bearer eyJ").error().reason ==
          "the text begins with the word Bearer; pass only the token after it");
}

TEST_CASE("null in kid and typ counts as absent where that is allowed, in alg never") {
    const auto read = [](std::string_view text) {
        return read_jose_header(encode_base64url(text), {.allow_null_members = true});
    };
    const auto header = read(R"({"alg":"HS256","kid":null,"typ":null,"cty":null})");
    REQUIRE(header);
    CHECK(header->header == credence::Header{"HS256", "", ""});
    CHECK_FALSE(header->has_kid);
    CHECK(read(R"({"alg":null})").error().code == Errc::malformed_token);
    CHECK(read(R"({"alg":"HS256","kid":1})").error().code == Errc::malformed_token);
    CHECK(read(R"({"alg":"HS256","kid":null,"kid":"a"})").error().code == Errc::duplicate_member);
    REQUIRE(read(R"({"alg":"HS256","crit":null})"));
    CHECK(check_critical(*read(R"({"alg":"HS256","crit":null})"), {}));
}

TEST_CASE("the thumbprints of a certificate are used only without a kid") {
    const auto query_of = [](std::string_view text) {
        static credence::detail::TokenHeader header;
        header = *read_jose_header(encode_base64url(text));
        return header.query();
    };
    const auto without_kid = query_of(R"({"alg":"RS256","x5t":"a","x5t#S256":"b"})");
    CHECK_FALSE(without_kid.kid);
    CHECK(without_kid.x5t == "a");
    CHECK(without_kid.x5t_s256 == "b");
    const auto with_kid = query_of(R"({"alg":"RS256","kid":"","x5t":"a","x5t#S256":"b"})");
    CHECK(with_kid.kid == "");
    CHECK(with_kid.x5t.empty());
    CHECK(with_kid.x5t_s256.empty());
    CHECK(query_of(R"({"alg":"RS256","x5t":1})").x5t.empty());
}

TEST_CASE("crit is accepted only in the form of RFC 7515 §4.1.11") {
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

TEST_CASE("neither standard names nor b64 can be critical, even if the caller claims to understand them") {
    for (const auto& name : credence::detail::names_never_critical) {
        const std::string text{name};
        const std::string members = text == "alg" || text == "crit" || text == "kid" || text == "typ"
                                        ? std::string{R"("kid":"k","typ":"t")"}
                                        : '"' + text + "\":1";
        INFO(text);
        CHECK_FALSE(understands(R"({"alg":"HS256","crit":[")" + text + "\"]," + members + "}", {text}));
    }
}

TEST_CASE("a crit of thousands of names costs no more than reading it") {  // it is read before any signature is checked
    std::string names, members;
    for (int number = 0; number < 20'000; ++number) {
        const std::string name = "\"x" + std::to_string(number) + '"';
        names += (number == 0 ? "" : ",") + name;
        members += "," + name + ":0";
    }
    const bool is_refused = judged(R"({"alg":"HS256","crit":[)" + names + "]" + members + "}") == "malformed_token";
    CHECK(is_refused);
    const auto header = read_jose_header(encode_base64url(R"({"alg":"HS256","crit":[)" + names + "]}"));
    REQUIRE(header);
    CHECK(header->crit.size() == credence::detail::most_critical_names);
    CHECK(check_critical(*header, {"x0"}));
}
