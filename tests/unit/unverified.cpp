// SPDX-License-Identifier: MIT
// Looks into a token without verifying it: it is as strict about the form as decode, and checks nothing else.
#include <credence/unverified.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::Errc;
namespace unverified = credence::unverified;

namespace {

std::string unsigned_token(std::string_view header, std::string_view payload) {
    return credence::detail::encode_base64url(header) + '.' + credence::detail::encode_base64url(payload) + '.';
}

}  // namespace

TEST_CASE("an unverified header has the values of the token") {
    const auto header = unverified::header(unsigned_token(R"({"alg":"none","kid":"../k","typ":"x"})", "{}"));
    REQUIRE(header);
    CHECK(*header == credence::Header{"none", "../k", "x"});
}

TEST_CASE("unverified JSON is the whole header, and the whole claims set") {
    const auto token = unsigned_token(R"({"alg":"none","jwk":{"kty":"oct"}})", R"({"sub":"42","exp":1})");
    CHECK(unverified::header_json(token)->at("jwk").at("kty") == "oct");
    CHECK(unverified::claims_json(token)->at("sub") == "42");
}

TEST_CASE("an unverified header that decode could not read is refused with decode's code") {
    struct Row {
        std::string token;
        Errc wanted;
    };
    for (const auto& [token, wanted] :
         {Row{"", Errc::malformed_token}, Row{"a.b", Errc::malformed_token}, Row{"a.b.c.d.e", Errc::malformed_token},
          Row{"..", Errc::malformed_token}, Row{"a=.e30.", Errc::invalid_base64},
          Row{"e30.e30.", Errc::malformed_token}, Row{unsigned_token("[]", "{}"), Errc::malformed_token},
          Row{unsigned_token("{", "{}"), Errc::invalid_json},
          Row{unsigned_token(R"({"alg":1})", "{}"), Errc::malformed_token},
          Row{unsigned_token(R"({"alg":"a","alg":"b"})", "{}"), Errc::duplicate_member},
          Row{std::string(16 * 1024 + 1, 'a'), Errc::token_too_large}}) {
        INFO(token.substr(0, 80));
        const auto header = unverified::header(token);
        REQUIRE_FALSE(header);
        CHECK(header.error().code == wanted);
    }
}

TEST_CASE("unverified claims must still be strict JSON") {
    CHECK(unverified::claims_json(unsigned_token("{}", "")).error().code == Errc::malformed_token);
    CHECK(unverified::claims_json(unsigned_token("{}", "7")).error().code == Errc::malformed_token);
    CHECK(unverified::claims_json(unsigned_token("{}", "{,}")).error().code == Errc::invalid_json);
    CHECK(unverified::claims_json(unsigned_token("{}", R"({"a":1,"a":2})")).error().code == Errc::duplicate_member);
    CHECK(unverified::claims_json("e30.!.").error().code == Errc::invalid_base64);
    CHECK(unverified::claims_json(unsigned_token("{}", std::string(40, '['))).error().code == Errc::invalid_json);
}

TEST_CASE("the limit on unverified tokens can be set") {
    const auto token = unsigned_token(R"({"alg":"none"})", "{}");
    CHECK(unverified::header(token, {.max_token_bytes = token.size()}));
    CHECK(unverified::header(token, {.max_token_bytes = token.size() - 1}).error().code == Errc::token_too_large);
    CHECK(unverified::header(token, {.max_token_bytes = token.size() - 1}).error().reason ==
          "longer than max_token_bytes");
    CHECK(unverified::claims_json(token, {.max_token_bytes = token.size() - 1}).error().code == Errc::token_too_large);
    CHECK(unverified::header_json(token, {.max_token_bytes = token.size() - 1}).error().code == Errc::token_too_large);
}

TEST_CASE("an unverified token may be padded if the options allow it") {
    const std::string header = credence::detail::encode_base64url(R"({"alg":"ES256","signer":"arn:x"}  )");
    const std::string padded = header + std::string((4 - header.size() % 4) % 4, '=');
    REQUIRE(padded != header);
    const std::string token = padded + ".e30=.AA==";
    CHECK(unverified::header_json(token, {.allow_padding = true})->at("signer") == "arn:x");
    CHECK(unverified::header(token, {.allow_padding = true})->alg == "ES256");
    CHECK(unverified::claims_json(token, {.allow_padding = true})->empty());
    CHECK(unverified::header_json(token).error().code == Errc::invalid_base64);
    CHECK(unverified::header_json(token).error().reason == "padding with =; see allow_padding");
    CHECK(unverified::header_json(padded + "==.e30.", {.allow_padding = true}).error().code == Errc::invalid_base64);
    CHECK(unverified::header_json("a.b").error().reason == "two parts: the signature is missing");
}
