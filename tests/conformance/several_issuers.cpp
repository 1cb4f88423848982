// SPDX-License-Identifier: MIT
// Which fault of a token Verifiers reports. If a verifier exists for the token's issuer, it is that verifier's answer.
// For any other token it is a fault outside the payload, or else that the issuer is not accepted. RFC 8725 §3.8
#include <credence/jwt/decode.hpp>
#include <credence/jwt/multi_issuer.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using credence::Errc;
using credence::detail::encode_base64url;
using support::signed_segments;
using support::signed_texts;
using support::usual_header;
using Claims = credence::RegisteredClaims;
using Rules = credence::Validation<Claims>;

namespace {

const auto& their_keys() {
    static const auto keys = credence::Keys<credence::HS384>::generate().value();
    return keys;
}

const auto& our_verifier() {
    static const auto verifier = credence::verifier_for<Claims>(
        support::account_keys(), Rules{.issuer = "ours", .max_token_bytes = 500, .clock = support::noon_clock});
    return verifier;
}

/// Our own verifier, and one with opt-outs.
const auto& verifiers() {
    static const credence::Verifiers both{
        our_verifier(), credence::verifier_for<Claims>(their_keys(), Rules{.issuer = {"theirs", "theirs too"},
                                                                           .max_token_bytes = 1000,
                                                                           .allow_padding = true,
                                                                           .understood = {"tenant"},
                                                                           .clock = support::noon_clock})};
    return both;
}

std::string judged(const auto& verifier, std::string_view token) {
    const auto who = verifier.verify(token);
    return who ? "accepted" : support::in_words(who.error());
}

/// The same token with a wrong signature.
std::string forged(std::string token) {
    char& letter = token[token.rfind('.') + 1];
    letter = letter == 'A' ? 'B' : 'A';
    return token;
}

/// Faults outside the payload, in the order in which every verifier reports them.
struct Outside {
    std::string_view said;
    std::string header;       // base64url
    std::string behind = {};  // the signature
};

std::vector<Outside> faults_outside() {
    const auto header = [](std::string_view text) { return encode_base64url(text); };
    return {{"token_too_large", header(R"({"alg":"none")"), std::string(1000, '.')},
            {"malformed_token", header(R"({"alg":"none")"), "."},
            {"malformed_token", ""},
            {"invalid_base64", header(R"({"alg":"none")") + "!"},
            {"invalid_json", header(R"({"alg":"none","crit":[])")},
            {"duplicate_member", header(R"({"alg":"none","crit":[],"alg":"none"})")},
            {"malformed_token", header(R"({"crit":[]})")},
            {"malformed_token", header(R"({"alg":"none","kid":7})")},
            {"unsupported_algorithm", header(R"({"alg":"none","crit":["x"]})")},
            {"unsupported_algorithm", header(R"({"alg":"none"})")},
            {"algorithm_not_allowed", header(R"({"alg":"RS256","crit":["x"]})")},
            {"algorithm_not_allowed", header(R"({"alg":"HS512"})")},
            {"unsupported_critical_header", header(R"({"alg":"HS256","crit":["x"],"x":1})")},
            {"unsupported_critical_header", header(R"({"alg":"HS256","crit":["tenant"]})")}};
}

/// Payloads that name no readable issuer, or an unknown one.
std::vector<std::string> payloads_of_nobody() {
    std::vector<std::string> segments{"", "!", "A", "e30=", encode_base64url(R"({"iss":"ours"})") + "!"};
    for (const std::string_view text : {"{}",
                                        "[]",
                                        "null",
                                        "x",
                                        "{",
                                        "\xff",
                                        R"("ours")",
                                        R"(["iss","ours"])",
                                        R"({"iss":7})",
                                        R"({"iss":null})",
                                        R"({"iss":["ours"]})",
                                        R"({"iss":{"iss":"ours"}})",
                                        R"({"iss":"ours)",
                                        R"({"iss":"ours\)",
                                        R"({x:1,"iss":"ours"})",
                                        R"({"iss":""})",
                                        R"({"iss":"Ours"})",
                                        R"({"iss":"ours "})",
                                        R"({"iss":"ours\u0000"})",
                                        R"({"iss":"other","exp":1})",
                                        R"({"a":{"iss":"ours"}})",
                                        R"({"iss":"other","iss":"ours"})",
                                        R"({"iss":7,"iss":"ours"})"}) {
        segments.push_back(encode_base64url(text));
    }
    return segments;
}

}  // namespace

TEST_CASE("a token of an unknown issuer: a fault of its form is reported first") {
    for (const auto& fault : faults_outside()) {
        for (const auto& payload : payloads_of_nobody()) {
            const std::string token = fault.header + "." + payload + ".c2ln" + fault.behind;
            INFO(token);
            CHECK(judged(verifiers(), token) == fault.said);
        }
    }
}

TEST_CASE("a token of an unknown issuer: nothing is reported about its payload or its signature") {
    for (const auto& payload : payloads_of_nobody()) {
        const std::string good = signed_segments(encode_base64url(usual_header), payload);
        const std::string unsigned_part = good.substr(0, good.rfind('.') + 1);
        INFO(good);
        for (const std::string& token :
             {good, forged(good), unsigned_part, unsigned_part + "!", unsigned_part + "AAAA"}) {
            CHECK(judged(verifiers(), token) == "invalid_issuer iss");
        }
    }
}

TEST_CASE("a token of a known issuer gets the error of its verifier") {
    const std::string payload = encode_base64url(R"({"iss":"ours","exp":1700000001})");
    std::vector<std::string> tokens;
    for (const auto& fault : faults_outside()) {
        tokens.push_back(fault.header + "." + payload + ".c2ln" + fault.behind);
    }
    tokens.push_back(signed_segments(encode_base64url(usual_header) + "=", payload));
    tokens.push_back(signed_segments(encode_base64url(R"({"alg":"HS384","crit":["x"],"x":1})"), payload, their_keys()));
    tokens.push_back(signed_segments(encode_base64url(R"({"alg":"HS256","crit":["tenant"],"tenant":1})"), payload));
    for (const std::string_view text :
         {R"({"iss":"ours","exp":1700000001})", R"({"iss":"ours","exp":1})", R"({"iss":"ours"})",
          R"({"iss":"\u006furs","exp":1700000001})", R"({"iss":"ours","iss":"other","exp":1700000001})",
          R"({"iss":"ours","exp":1700000001}x)", R"({"iss":"ours","exp":01})", R"({"iss":"ours","exp":"1"})",
          R"({"iss":"ours","aud":"api","exp":1700000001})", R"({"iss":"ours","x":)", R"({"a":01,"iss":"ours"})",
          R"({"a":[{"b":nul]},"iss":"ours"})", R"({"a":"\x","iss":"ours"})", "{\"iss\":\"ours\",\"x\":\"\xff\"}"}) {
        tokens.push_back(signed_texts(usual_header, text));
    }
    tokens.push_back(signed_texts(usual_header, R"({"iss":"ours","x":")" + std::string(400, 'x') + "\"}"));
    tokens.push_back(signed_segments(encode_base64url(usual_header), payload + (payload.size() % 4 == 2 ? "==" : "=")));
    for (const std::string& token : tokens) {
        INFO(token);
        CHECK(judged(verifiers(), token) == judged(our_verifier(), token));
        CHECK(judged(verifiers(), forged(token)) == judged(our_verifier(), forged(token)));
    }
}

TEST_CASE("an issuer's opt-outs apply to its own tokens only") {
    const auto ours = encode_base64url(R"({"alg":"HS256","crit":["tenant"],"tenant":1})");
    const auto theirs = encode_base64url(R"({"alg":"HS384","crit":["tenant"],"tenant":1})");
    const std::string padded = encode_base64url(R"({"iss":"theirs too","exp":1700000001})") + "==";
    REQUIRE(padded.size() % 4 == 0);
    CHECK(judged(verifiers(), signed_segments(theirs, padded, their_keys())) == "accepted");
    CHECK(judged(verifiers(), forged(signed_segments(theirs, padded, their_keys()))) == "invalid_signature");
    CHECK(judged(verifiers(), signed_segments(ours, padded)) == "algorithm_not_allowed");
    CHECK(judged(verifiers(), signed_segments(ours, encode_base64url(R"({"iss":"ours","exp":1700000001})"))) ==
          "unsupported_critical_header");
}
