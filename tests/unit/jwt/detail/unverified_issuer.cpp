// SPDX-License-Identifier: MIT
// Reading the issuer of an unverified token.
#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwt/detail/unverified_issuer.hpp>

#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace detail = credence::detail;

namespace {

std::optional<std::string> issuer_of(std::string_view part, detail::UnverifiedRules rules) {
    const detail::UnverifiedIssuer issuer{part, rules};
    return issuer.name() ? std::optional{std::string{*issuer.name()}} : std::nullopt;
}

std::optional<std::string> issuer_in(std::string_view payload) {
    return issuer_of(detail::encode_base64url(payload), {.allow_duplicate_members = true});
}

/// The issuer for verifiers that all refuse duplicate members.
std::optional<std::string> first_issuer_in(std::string_view payload) {
    return issuer_of(detail::encode_base64url(payload), {});
}

}  // namespace

TEST_CASE("the issuer of an unverified token is read with its escapes, the last one counting") {
    CHECK(issuer_in(R"({"iss":"a"})") == "a");
    CHECK(issuer_in(R"({"iss":"\u0061\/"})") == "a/");
    CHECK(issuer_in(R"({"x":{"iss":"inner"},"\u0069ss":"a"})") == "a");
    CHECK(issuer_in(R"({"iss":"a","iss":"b"})") == "b");
    CHECK(issuer_in(R"({"iss":1,"iss":"b"})") == "b");
    CHECK(issuer_in(R"({"iss":""})") == "");
}

TEST_CASE("if duplicates are refused, reading an unverified token stops at its first issuer") {
    CHECK(first_issuer_in(R"({"x":{"iss":"inner"},"\u0069ss":"a\u002f"})") == "a/");
    CHECK(first_issuer_in(R"({"iss":"a","iss":"b"})") == "a");
    CHECK(first_issuer_in(R"({"iss":"a",)") == "a");
    CHECK_FALSE(first_issuer_in(R"({"iss":1,"iss":"b"})"));
    CHECK(first_issuer_in(R"({ "iss" : "a" })") == "a");
    CHECK_FALSE(first_issuer_in(R"({"iss":"a)"));
    CHECK_FALSE(first_issuer_in(R"({"iss":")"));
    CHECK_FALSE(first_issuer_in(R"({"iss":)"));
}

TEST_CASE("the lists and objects before the issuer of an unverified token are skipped by their brackets") {
    CHECK(first_issuer_in(R"({"x":[{"iss":"inner"},["]"],"\"}"],"iss":"a"})") == "a");
    CHECK(first_issuer_in(R"({"x": {"a":[}] ,"iss":"a"})") == "a");  // the verifier then refuses the bad JSON
    CHECK_FALSE(first_issuer_in(R"({"x":[{"iss":"inner"},"iss":"a"})"));
    CHECK_FALSE(first_issuer_in(R"({"iss":["iss"],"iss":"a"})"));
    CHECK(issuer_in(R"({"iss":["iss"],"iss":"a"})") == "a");
}

TEST_CASE("a payload without an issuer, or with one that is not a string, has no issuer") {
    for (const char* payload : {"{}", R"({"iss":1})", R"({"iss":null})", R"({"iss":["a"]})", R"({"iss":"a","iss":1})",
                                R"({"ISS":"a"})", "[]", R"(["iss","a"])", R"("iss")", ""}) {
        INFO(payload);
        CHECK_FALSE(issuer_in(payload));
    }
}

TEST_CASE("an issuer is read strictly, and the rest of the payload is not checked") {
    CHECK(issuer_in(R"({"iss":"a"}x)") == "a");
    CHECK(issuer_in(R"({"iss":"a",)") == "a");
    CHECK(issuer_in("{\"iss\":\"a\",\"b\":\"\xff\"}") == "a");
    CHECK(issuer_in(R"({"a":01,"b":nul,"c":"\x","d":1e,"iss":"a"})") == "a");
    for (const char* payload : {R"({"iss":"a)", R"({"iss":"a","iss":"b)", "{\"iss\":\"\xff\"}", R"({'iss':"a"})",
                                R"({"iss" "a"})", "{\"iss\":\"a\nb\"}", R"({"iss":"\x"})"}) {
        INFO(payload);
        CHECK_FALSE(issuer_in(payload));
    }
    CHECK_FALSE(issuer_in("{\"a\":" + std::string(40, '[') + ",\"iss\":\"a\"}"));
}

TEST_CASE("an issuer of more than 512 escapes is not read") {
    const auto written = [](std::size_t escapes) {
        std::string name;
        while (escapes-- > 0) name += "\\u0061";
        return R"({"iss":")" + name + "\"}";
    };
    CHECK(issuer_in(written(512)) == std::string(512, 'a'));
    CHECK_FALSE(issuer_in(written(513)));
}

TEST_CASE("padding of an unverified payload is accepted if it is allowed") {
    const std::string padded = detail::encode_base64url(R"({"iss":"a"})") + "=";
    REQUIRE(padded.size() % 4 == 0);
    CHECK(issuer_of(padded, {.allow_padding = true}) == "a");
    CHECK_FALSE(issuer_of(padded, {}));
    CHECK_FALSE(issuer_of("!", {.allow_padding = true}));
    CHECK_FALSE(issuer_of("", {.allow_padding = true}));
}
