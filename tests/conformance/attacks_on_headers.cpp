// SPDX-License-Identifier: MIT
// Known attacks through extensions in the header: rows 25 and 26.
#include <credence/jwt/decode.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

using support::signed_texts;
using support::verdict;

namespace {

std::string judged(std::string_view members, std::vector<std::string> understood = {}) {
    return verdict(signed_texts(R"({"alg":"HS256",)" + std::string{members} + '}', R"({"exp":1700000001})"),
                   credence::Validation<nlohmann::json>{.understood = std::move(understood)});
}

constexpr std::string_view refused = "unsupported_critical_header";

}  // namespace

TEST_CASE("attack row 25: crit with a name that is not understood is refused") {
    CHECK(judged(R"("crit":["http://openbanking.org.uk/iat"],"http://openbanking.org.uk/iat":1)") == refused);
    CHECK(judged(R"("crit":["a"],"a":1)", {"b"}) == refused);
    CHECK(judged(R"("crit":["a","b"],"a":1,"b":2)", {"b"}) == refused);
    CHECK(judged(R"("crit":["A"],"A":1)", {"a"}) == refused);
    CHECK(judged(R"("crit":["a\u0000"],"a\u0000":1)", {"a"}) == refused);
    CHECK(judged(R"("crit":["a"],"a":1)", {"a"}) == "accepted");
}

TEST_CASE("attack row 25: crit that is empty or malformed, has duplicates, or names an absent member is refused") {
    for (const std::string_view members :
         {R"("crit":[])", R"("crit":null)", R"("crit":"a","a":1)", R"("crit":{"a":1},"a":1)", R"("crit":1)",
          R"("crit":true)", R"("crit":[1],"a":1)", R"("crit":[["a"]],"a":1)", R"("crit":[null],"a":1)",
          R"("crit":["a",1],"a":1)", R"("crit":["a","a"],"a":1)", R"("crit":["a","\u0061"],"a":1)", R"("crit":["a"])",
          R"("crit":["a"],"x":{"a":1})", R"("crit":[""])"}) {
        INFO(members);
        CHECK(judged(members, {"a"}) == refused);
        CHECK(judged(members) == refused);
    }
}

TEST_CASE("attack row 25: crit with a standard member is refused, whatever names the caller understands") {
    for (const std::string_view name : {"alg", "crit", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "enc",
                                        "zip", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c", "b64"}) {
        INFO(name);
        const std::string quoted = '"' + std::string{name} + '"';
        const bool is_there = name == "alg" || name == "crit";
        const std::string members = "\"crit\":[" + quoted + "]" + (is_there ? std::string{} : "," + quoted + ":1");
        CHECK(judged(members, {std::string{name}}) == refused);
    }
    CHECK(judged(R"("crit":["kid"],"kid":"k")", {"kid"}) == refused);
    CHECK(judged(R"("crit":["typ"],"typ":"t")", {"typ"}) == refused);
}

TEST_CASE("attack row 25: crit is checked before the signature, also for a cached header") {
    const auto verifier = credence::verifier_for<nlohmann::json>(support::account_keys(),
                                                                 {.understood = {"a"}, .clock = support::noon_clock});
    const auto good = signed_texts(R"({"alg":"HS256","crit":["a"],"a":1})", R"({"exp":1700000001})");
    const auto bad = signed_texts(R"({"alg":"HS256","crit":["b"],"b":1})", R"({"exp":1700000001})");
    for (int round = 0; round < 3; ++round) {
        CHECK(verifier.verify(good));
        CHECK(verifier.verify(bad).error().code == credence::Errc::unsupported_critical_header);
        CHECK(verifier.verify(bad.substr(0, bad.rfind('.') + 1)).error().code ==
              credence::Errc::unsupported_critical_header);
    }
}

TEST_CASE("attack row 26: b64 is refused in crit, ignored elsewhere, and never changes the signing input") {
    CHECK(judged(R"("b64":false,"crit":["b64"])") == refused);
    CHECK(judged(R"("b64":false,"crit":["b64"])", {"b64"}) == refused);
    CHECK(judged(R"("b64":true,"crit":["b64"])", {"b64"}) == refused);
    CHECK(judged(R"("b64":false)") == "accepted");
    const auto header = credence::detail::encode_base64url(R"({"alg":"HS256","b64":false})");
    CHECK(verdict(support::signed_segments(header, R"({"exp":1700000001})")) == "invalid_base64");
}
