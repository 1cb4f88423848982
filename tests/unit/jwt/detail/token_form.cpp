// SPDX-License-Identifier: MIT
// The reasons for texts that are not tokens.
#include <credence/jwt/detail/token_form.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("a text that was passed in place of a token is recognised by its beginning") {
    constexpr std::string_view bearer = "the text begins with the word Bearer; pass only the token after it";
    CHECK(why_no_token("Bearer eyJ.a.b") == bearer);
    CHECK(why_no_token("bearer eyJ.a.b") == bearer);
    CHECK(why_no_token("DPoP eyJ.a.b") == "the text begins with the word DPoP; pass only the token after it");
    CHECK(why_no_token("Authorization: Bearer eyJ.a.b") == "a whole Authorization field; pass only the token in it");
    CHECK(why_no_token("access_token=eyJ.a.b") == "a form field; pass only the token after the equals sign");
    CHECK(why_no_token("id_token=eyJ.a.b") == "a form field; pass only the token after the equals sign");
    CHECK(why_no_token("https://a.example/#access_token=eyJ.a.b") == "a URL; pass only the token in it");
    CHECK(why_no_token("\"eyJ.a.b\"") == "the token is in quotes; pass it without them");
    CHECK(why_no_token(R"({"access_token":"eyJ.a.b"})") == "a JSON document; pass only the token in it");
    CHECK(why_no_token("") == "an empty text");
    CHECK(why_no_token(" eyJ.a.b") == "white space before the token");
    CHECK(why_no_token("Bearer\teyJ.a.b") == bearer);
    CHECK(why_no_token("Token eyJ.a.b") == "a word in front of the token; pass only the token after it");
    CHECK(why_no_token("JWT\teyJ.a.b") == "a word in front of the token; pass only the token after it");
    CHECK(why_no_token("__Host-token=eyJ.a.b; Path=/") == "a form field; pass only the token after the equals sign");
    CHECK(why_no_token("-----BEGIN CERTIFICATE-----") == "PEM: a key or a certificate, not a token");
    CHECK(why_no_token("\xef\xbb\xbf"
                       "eyJ.a.b") == "a byte order mark before the token");
    CHECK(why_no_token("<token>") == "XML, HTML or a placeholder; pass only the token");
    CHECK(why_no_token("eyJ.a.b").empty());
    CHECK(why_no_token("eyJ").empty());
    CHECK(why_no_token("eyJhbGciOiJIUzI==").empty());
    CHECK(why_no_token("eyJhbGciOiJIUzI=.a").empty());
    CHECK(why_no_token("eyJ \n").empty());
    CHECK(why_no_token("Bearer").empty());
}

TEST_CASE("a token with another number of parts is reported with the number") {
    CHECK(why_not_three_parts("a") == "one part: an opaque token, or a piece of a token");
    CHECK(why_not_three_parts("a.b") == "two parts: the signature is missing");
    CHECK(why_not_three_parts("a.b.c.d") == "four parts");
    CHECK(why_not_three_parts("a.b.c.d.e") == "an encrypted token (five parts)");
    CHECK(why_not_three_parts("a.b.c.d.e.f") == "more than five parts");
    CHECK(why_not_three_parts("") == "an empty text");
}

TEST_CASE("a part that is not base64url is reported with its first fault") {
    CHECK(why_not_base64url("ab==", false) == "padding with =; see allow_padding");
    CHECK(why_not_base64url("a=b", true) == "padding in the wrong place or number");
    CHECK(why_not_base64url("a+b/", false) == "the alphabet of standard base64; a token uses base64url");
    CHECK(why_not_base64url("ab\n", false) == "white space after the token");
    CHECK(why_not_base64url("ab\nc", false) == "white space in a part");
    CHECK(why_not_base64url("ab%3D", false) == "percent-encoding; decode the text first");
    CHECK(why_not_base64url("ab~", false) == "an SD-JWT, whose disclosures follow ~");
    CHECK(why_not_base64url("ab\xe2\x80\x8b", false) == "a character that is not ASCII");
    CHECK(why_not_base64url("ab.c", false) == "a character outside the base64url alphabet");
    CHECK(why_not_base64url("abcde", false) == "a part is cut off: no base64url has this length");
    CHECK(why_not_base64url("ab", false) == "the last character of a part has bits that are not zero");
}

TEST_CASE("an unsigned token is reported as such") {
    CHECK(why_unsupported("none") == "an unsigned token");
    CHECK(why_unsupported("NoNe") == "an unsigned token");
    CHECK(why_unsupported("hs256") == "no signature algorithm has this name; names are case-sensitive");
}
