// SPDX-License-Identifier: MIT
// Known attacks on the form of a token and on base64url: rows 17, 18, 19, 27 to 31.
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>

#include "support/allocations.hpp"
#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::detail::encode_base64url;
using support::signed_payload;
using support::signed_segments;
using support::signed_texts;
using support::verdict;

namespace {

constexpr std::string_view good_claims = R"({"exp":1700000001,"a":12})";  // 26 bytes: its last character has spare bits

std::string good_token() { return signed_payload(good_claims); }

/// The segments of a good token, with one of them replaced and the rest signed anew.
std::string with_header(std::string_view segment) { return signed_segments(segment, encode_base64url(good_claims)); }
std::string with_payload(std::string_view segment) {
    return signed_segments(encode_base64url(support::usual_header), segment);
}
std::string with_signature_text(std::string_view text) {
    const std::string token = good_token();
    return token.substr(0, token.rfind('.') + 1) + std::string{text};
}
std::string signature_text() {
    const std::string token = good_token();
    return token.substr(token.rfind('.') + 1);
}

/// A segment with another last character, whose spare bits are not zero.
std::string with_spare_bits(std::string segment) {
    const auto value = credence::detail::base64url_alphabet.find(segment.back());
    segment.back() = credence::detail::base64url_alphabet[value + 1];
    return segment;
}

}  // namespace

TEST_CASE("attack row 17: unused bits, padding, another alphabet and junk are refused in every part") {
    const std::string header = encode_base64url(R"({"alg":"HS256"} )"), payload = encode_base64url(good_claims);
    REQUIRE(header.size() % 4 != 0);
    REQUIRE(payload.size() % 4 != 0);
    REQUIRE(verdict(with_header(header)) == "accepted");
    REQUIRE(verdict(good_token()) == "accepted");
    for (const std::string_view junk : {"=", "==", " ", "\n", "\r\n", "\t", "+", "/", "!", "%3D", "\x80", "A"}) {
        INFO(junk);
        CHECK(verdict(with_header(header + std::string{junk})) != "accepted");
        CHECK(verdict(with_payload(payload + std::string{junk})) != "accepted");
        CHECK(verdict(with_signature_text(signature_text() + std::string{junk})) != "accepted");
        CHECK(verdict(with_signature_text(std::string{junk} + signature_text())) != "accepted");
    }
    for (const std::string_view junk : {"=", "==", " ", "\n", "+", "/", "!"}) {
        INFO(junk);
        CHECK(verdict(with_header(header + std::string{junk})) == "invalid_base64");
        CHECK(verdict(with_payload(payload + std::string{junk})) == "invalid_base64");
        CHECK(verdict(with_signature_text(signature_text() + std::string{junk})) == "invalid_base64");
        CHECK(verdict(std::string{junk} + good_token()) == "invalid_base64");
    }
    CHECK(verdict(with_header(with_spare_bits(header))) == "invalid_base64");
    CHECK(verdict(with_payload(with_spare_bits(payload))) == "invalid_base64");
    CHECK(verdict(with_signature_text(with_spare_bits(signature_text()))) == "invalid_base64");
}

TEST_CASE("attack row 17: a zero byte in a token is refused like any other invalid character") {
    CHECK(verdict(good_token() + '\0') == "invalid_base64");
    CHECK(verdict('\0' + good_token()) == "invalid_base64");
    const std::string token = good_token();
    for (std::size_t place = 0; place < token.size(); ++place) {
        std::string changed = token;
        changed[place] = '\0';
        CHECK(verdict(changed) != "accepted");
    }
}

TEST_CASE("attack row 17: a token with one changed character is refused") {
    const std::string token = good_token();
    for (std::size_t place = 0; place < token.size(); ++place) {
        for (const char letter : {'A', 'B', 'z', '9', '-', '_', '=', '.', ' ', '+', '/', '\0', '\xff'}) {
            if (token[place] == letter) continue;
            std::string changed = token;
            changed[place] = letter;
            INFO(changed);
            CHECK(verdict(changed) != "accepted");
        }
        CHECK(verdict(token.substr(0, place)) != "accepted");
        CHECK(verdict(token.substr(0, place) + token.substr(place + 1)) != "accepted");
    }
}

TEST_CASE("attack row 18: a token with fewer or more than three parts is refused") {
    const std::string token = good_token();
    for (const std::string& other :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"..."}, token + ".", "." + token,
          token + "." + token, token.substr(0, token.find('.')), token.substr(0, token.rfind('.')), token + "..",
          token + ".e30", std::string{"a.b.c.d.e"}}) {
        INFO(other);
        CHECK(verdict(other) == "malformed_token");
    }
    CHECK(verdict(token.substr(token.find('.'))) == "malformed_token");  // no header
}

TEST_CASE("attack row 18: an empty part is refused") {
    const std::string token = good_token();
    CHECK(verdict(with_payload("")) == "malformed_token");
    CHECK(verdict(with_header("")) == "malformed_token");
    CHECK(verdict(with_signature_text("")) == "invalid_signature");
}

TEST_CASE("attack row 18: a token of many dots is refused without an allocation") {
    const auto verifier =
        credence::verifier_for<nlohmann::json>(support::account_keys(), {.max_token_bytes = 2'000'000});
    const std::string dots(1'000'000, '.');
    const auto used = support::allocations_of([&] { CHECK_FALSE(verifier.verify(dots)); });
    CHECK(used.bytes < 10'000);
}

TEST_CASE("attack row 19: a token over the size limit is refused before it is read") {
    CHECK(verdict(std::string(16 * 1024 + 1, '.')) == "token_too_large");
    CHECK(verdict(std::string(16 * 1024, '.')) == "malformed_token");
    CHECK(verdict(good_token() + std::string(16 * 1024, 'A')) == "token_too_large");
    CHECK(verdict(std::string(10'000'000, 'A')) == "token_too_large");
}

TEST_CASE("attack row 19: a large header costs memory in proportion, before and after the limit is raised") {
    std::string header = R"({"alg":"HS256","x":")";
    while (header.size() < 90'000) header += R"(\n\u00e9)";
    const std::string token = signed_texts(header + "\"}", good_claims);
    const credence::Validation<nlohmann::json> rules{.max_token_bytes = 1'000'000};
    CHECK(verdict(token) == "token_too_large");
    const auto used = support::allocations_of([&] { CHECK(verdict(token, rules) == "accepted"); });
    CHECK(used.bytes < 40 * token.size());
}

TEST_CASE("attack row 19: a header with too many values is refused, whatever the size limit") {
    std::string header = R"({"alg":"HS256","x":[)";
    while (header.size() < 90'000) header += R"("\n",)";
    const credence::Validation<nlohmann::json> rules{.max_token_bytes = 1'000'000};
    CHECK(verdict(signed_texts(header + "0]}", good_claims), rules) == "malformed_token");
}

TEST_CASE("attack row 27: only the compact serialization is accepted") {
    const std::string token = good_token();
    const auto first = token.find('.'), last = token.rfind('.');
    const std::string header = token.substr(0, first), payload = token.substr(first + 1, last - first - 1),
                      signature = token.substr(last + 1);
    for (const std::string& text :
         {R"({"payload":")" + payload + R"(","protected":")" + header + R"(","signature":")" + signature + "\"}",
          R"({"payload":")" + payload + R"(","signatures":[{"protected":")" + header + R"(","signature":")" +
              signature + "\"}]}",
          R"({"a":")" + header + '.' + payload + '.' + signature + "\"}", "\"" + token + "\"", "[\"" + token + "\"]",
          "Bearer " + token}) {
        INFO(text);
        CHECK(verdict(text) != "accepted");
    }
}

TEST_CASE("attack rows 28 to 31: encrypted tokens are refused, and header members for encryption are ignored") {
    CHECK(verdict("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA") ==
          "malformed_token");
    for (const std::string_view alg :
         {"RSA1_5", "RSA-OAEP", "A128KW", "dir", "ECDH-ES", "A128GCMKW", "PBES2-HS256+A128KW"}) {
        INFO(alg);
        const std::string header =
            R"({"alg":")" + std::string{alg} + R"(","enc":"A128GCM","p2c":2147483647,"p2s":"AA","zip":"DEF"})";
        CHECK(verdict(signed_texts(header, good_claims)) == "unsupported_algorithm");
    }
    const auto named = R"({"alg":"HS256","enc":"A128GCM","zip":"DEF","p2c":2147483647,"cty":"JWT"})";
    CHECK(verdict(signed_texts(named, good_claims)) == "accepted");
}
