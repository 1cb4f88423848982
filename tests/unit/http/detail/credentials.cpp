// SPDX-License-Identifier: MIT
// The value of an Authorization field, character by character: RFC 6750 §2.1, RFC 9110 §11.
#include <credence/http/detail/credentials.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::Errc;
using credence::detail::token_of_field;

namespace {

credence::Result<std::string_view> bearer_token(std::string_view value) { return token_of_field(value, "Bearer"); }

std::vector<std::string> every_byte() {
    std::vector<std::string> bytes;
    for (int value = 0; value < 256; ++value) bytes.emplace_back(1, static_cast<char>(value));
    return bytes;
}

bool is_one_of(std::string_view byte, std::string_view alphabet) {
    return alphabet.find(byte) != std::string_view::npos;
}

constexpr std::string_view letters_and_digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

Errc code_of(std::string_view value) {
    const auto token = bearer_token(value);
    INFO(value);
    REQUIRE_FALSE(token);
    return token.error().code;
}

}  // namespace

TEST_CASE("Bearer in any case, any number of spaces, one token") {
    for (const std::string scheme : {"Bearer", "bearer", "BEARER", "bEaReR"}) {
        for (const std::string spaces : {" ", "  ", "          "}) {
            for (const std::string token :
                 {"a", "a.b.c", "eyJh.eyJz.-_8", "~+/-._", "abc=", "abc==", "a====", "Bearer"}) {
                const std::string value = scheme + spaces + token;
                const auto found = bearer_token(value);
                INFO(value);
                REQUIRE(found);
                CHECK(*found == token);
            }
        }
    }
}

TEST_CASE("no credentials, or another scheme's, are missing") {
    for (const std::string value : {"",
                                    " ",
                                    "   ",
                                    "\t",
                                    " \t ",
                                    "Basic",
                                    "Basic ",
                                    "Basic dXNlcjpwYXNz",
                                    "Basic dXNlcjpwYXNz==",
                                    "Negotiate YII=",
                                    "Bearers abc",
                                    "Bear abc",
                                    "BearerX",
                                    "xBearer abc",
                                    "Bearer. abc",
                                    "Bearer-Token abc",
                                    "DPoP abc.def.ghi",
                                    "eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
                                    "Token Bearer abc",
                                    "Basic Bearer abc",
                                    R"(Digest username="Mufasa", realm="a, Bearer b", uri="/dir", response="x")",
                                    R"(Digest realm="a\", Bearer b", Bearerless x)",
                                    "Digest a=b, Bearer=c",
                                    "Digest a=b, Bearerx y"}) {
        CHECK(code_of(value) == Errc::missing_credentials);
    }
}

TEST_CASE("white space around a value is not part of it") {
    for (const std::string value :
         {"Bearer abc ", "Bearer abc\t", " Bearer abc", "\tBearer abc", " \t Bearer  abc \t "}) {
        INFO(value);
        CHECK(bearer_token(value).value() == "abc");
    }
}

TEST_CASE("other schemes, in any case") {
    for (const std::string value : {"Token abc", "token abc", "TOKEN  abc "}) {
        INFO(value);
        CHECK(token_of_field(value, "Token").value() == "abc");
        CHECK(token_of_field(value, "tOKEN").value() == "abc");
    }
    CHECK(token_of_field("Bearer abc", "Token").error().code == Errc::missing_credentials);
    CHECK(token_of_field("Basic x, Bearer abc", "Token").error().code == Errc::missing_credentials);
    CHECK(token_of_field("Basic x, token abc", "Token").error().code == Errc::malformed_credentials);
    CHECK(token_of_field("Token a b", "Token").error().code == Errc::malformed_credentials);
}

TEST_CASE("without a scheme the value is the token") {
    CHECK(token_of_field("abc.def==", "").value() == "abc.def==");
    CHECK(token_of_field(" \tabc\t", "").value() == "abc");
    for (const std::string value : {"", " ", "\t "})
        CHECK(token_of_field(value, "").error().code == Errc::missing_credentials);
    for (const std::string value : {"Bearer abc", "a b", "a,b", "a, b", "\"a\"", "==", "a;b", "a\r\nb"}) {
        INFO(value);
        CHECK(token_of_field(value, "").error().code == Errc::malformed_credentials);
    }
}

TEST_CASE("Bearer without exactly one token is malformed") {
    for (const std::string value : {"Bearer",
                                    "bearer",
                                    "Bearer ",
                                    "Bearer   ",
                                    "Bearer\t",
                                    "Bearer\tabc",
                                    "Bearer \tabc",
                                    "Bearer\t abc",
                                    "Bearer abc def",
                                    "Bearer abc  def",
                                    "Bearer abc\tdef",
                                    "Bearer abc,def",
                                    "Bearer abc, def",
                                    "Bearer abc, Bearer def",
                                    "Bearer abc,Bearer def",
                                    "Bearer abc, Basic def",
                                    "Bearer ,abc",
                                    "Bearer, abc",
                                    "Bearer,abc",
                                    "Bearer:abc",
                                    "Bearer: abc",
                                    "Bearer=abc",
                                    "Bearer =",
                                    "Bearer ==",
                                    "Bearer =abc",
                                    "Bearer a=b",
                                    "Bearer a=b=",
                                    "Bearer \"abc\"",
                                    "Bearer 'abc'",
                                    "Bearer <abc>",
                                    "Bearer {abc}",
                                    "Bearer abc;",
                                    "Bearer a%20b",
                                    "Bearer abc\r\nX: y",
                                    "Bearer abc\n",
                                    "Bearer \xc3\xa4",
                                    "Bearer Bearer abc",
                                    "Bearer realm=\"x\"",
                                    "Bearer\xc2\xa0"
                                    "abc",
                                    "Bearer token=\"abc\"",
                                    "Bearer a*b",
                                    "Bearer a:b",
                                    "Bearer a@b",
                                    "Bearer a!b",
                                    "Bearer a#b",
                                    "Bearer a?b"}) {
        CHECK(code_of(value) == Errc::malformed_credentials);
    }
    CHECK(code_of(std::string("Bearer abc\0def", 14)) == Errc::malformed_credentials);
    CHECK(code_of(std::string("Bearer\0abc", 10)) == Errc::malformed_credentials);
    CHECK(code_of(std::string("Bearer abc\0", 11)) == Errc::malformed_credentials);
}

TEST_CASE("a value that does not begin with the name of a scheme is malformed") {
    for (const std::string value : {",Bearer abc", ", Bearer abc", "\"Bearer\" abc", "=abc", "(Bearer) abc",
                                    "\xef\xbb\xbf"
                                    "Bearer abc",
                                    "\r\nBearer abc", "@", "/", "{}"}) {
        CHECK(code_of(value) == Errc::malformed_credentials);
    }
    CHECK(code_of(std::string("\0Bearer abc", 11)) == Errc::malformed_credentials);
}

TEST_CASE("bearer credentials joined to another scheme's with a comma are two credentials") {
    for (const std::string value : {"Basic dXNlcg==, Bearer abc", "Basic dXNlcg==,Bearer abc", "Basic x,\tbearer abc",
                                    "Basic x , Bearer", R"(Digest realm="a", Bearer abc)",
                                    R"(Digest realm="a\"", nonce="b" , BEARER abc)", "Basic x, Basic y, Bearer z"}) {
        CHECK(code_of(value) == Errc::malformed_credentials);
    }
}

TEST_CASE("credentials with every byte at every place") {
    for (const std::string& byte : every_byte()) {
        const bool is_token68_char = is_one_of(byte, letters_and_digits) || is_one_of(byte, "-._~+/");
        CHECK(bearer_token("Bearer " + byte).has_value() == is_token68_char);
        CHECK(bearer_token("Bearer a" + byte + "b").has_value() == is_token68_char);
        const bool is_white = byte == " " || byte == "\t";
        CHECK(bearer_token("Bearer a" + byte).has_value() == (is_token68_char || byte == "=" || is_white));
        CHECK(bearer_token("Bearer" + byte + "abc").has_value() == (byte == " "));
        CHECK(bearer_token("Bearer " + byte + "abc").has_value() == (is_token68_char || byte == " "));
        CHECK(bearer_token(byte + "Bearer abc").has_value() == is_white);
    }
}

TEST_CASE("a token of a megabyte is read in one pass") {
    const std::string token(1024 * 1024, 'a');
    CHECK(bearer_token("Bearer " + token).value() == token);
    CHECK(code_of("Bearer " + token + "," + token) == Errc::malformed_credentials);
    CHECK(code_of(std::string(1024 * 1024, ',')) == Errc::malformed_credentials);
    CHECK(code_of("Basic " + std::string(1024 * 1024, ',')) == Errc::missing_credentials);
    CHECK(code_of("Basic ," + std::string(1024 * 1024, ' ')) == Errc::missing_credentials);
}

TEST_CASE("a comma after another scheme costs linear time") {
    std::string value = "Basic x";
    for (int field = 0; field < 50000; ++field) value += ",  \t  Bearer\t";
    CHECK(code_of(value + "x") == Errc::missing_credentials);
    CHECK(code_of(value + ",Bearer x") == Errc::malformed_credentials);
}

TEST_CASE("malformed credentials have a reason for the log") {
    const auto reason = [](std::string_view value) { return bearer_token(value).error().reason; };
    CHECK(reason("=") == "the value does not begin with a scheme");
    CHECK(reason("Basic a=b, Bearer abc") == "two credentials in one field");
    CHECK(reason("Bearer") == "no space and token after the scheme");
    CHECK(reason("bearer,abc") == "no space and token after the scheme");
    CHECK(reason("Bearer abc def") == "the credentials are not one token");
    CHECK(reason("Bearer ") == "no space and token after the scheme");
    CHECK(reason("Basic abc").empty());
}
