// SPDX-License-Identifier: MIT
// The options for the header of a new token.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/header_options.hpp>
#include <credence/unverified.hpp>

#include <string>
#include <vector>

#include "support/accounts.hpp"
#include "support/catch.hpp"

using credence::Errc;

namespace {

const credence::RegisteredClaims claims{.sub = "42"};

credence::Result<std::string> encoded(nlohmann::json header) {
    return credence::encode(claims, support::account_keys(), {.header = std::move(header)});
}

}  // namespace

TEST_CASE("by default the header has the type JWT and no key id") {
    const credence::HeaderOptions usual;
    CHECK(usual.type == "JWT");
    CHECK(usual.kid.empty());
    CHECK(usual.header.is_null());
    const credence::HeaderOptions access{.type = "at+jwt", .kid = "k1"};
    CHECK(access.type == "at+jwt");
    CHECK(access.kid == "k1");
}

TEST_CASE("further members are part of the signed header") {
    const auto token = credence::encode(claims, support::account_keys(),
                                        {.kid = "k1", .header = {{"x5t", "abc"}, {"x5c", {"a", "b"}}, {"n", 7}}});
    REQUIRE(token);
    CHECK(
        credence::unverified::header_json(*token).value() ==
        nlohmann::json{{"alg", "HS256"}, {"typ", "JWT"}, {"kid", "k1"}, {"x5t", "abc"}, {"x5c", {"a", "b"}}, {"n", 7}});
    CHECK(credence::unverified::header_json(*encoded(nlohmann::json::object())).value().size() == 2);
    CHECK(credence::decode<credence::RegisteredClaims>(*token, support::account_keys(), {.allow_missing_exp = true}));
}

TEST_CASE("members that encode sets itself, and those that change the meaning of a token, are refused") {
    for (const char* name : {"alg", "typ", "kid", "crit", "b64"}) {
        INFO(name);
        const auto token = encoded({{name, "x"}});
        REQUIRE_FALSE(token);
        CHECK(token.error().code == Errc::malformed_token);
        CHECK_FALSE(token.error().reason.empty());
    }
    CHECK(encoded(7).error().code == Errc::malformed_token);
    CHECK(encoded(nlohmann::json::array({1, 2})).error().code == Errc::malformed_token);
    CHECK(encoded({{"x", "\xff"}}).error().code == Errc::invalid_json);
}

TEST_CASE("a header that encode writes can be read: 64 members, 32 levels, 256 values") {
    const auto with = [](int count) {
        auto header = nlohmann::json::object();
        for (int number = 0; number < count; ++number) header["x" + std::to_string(number)] = number;
        return header;
    };
    const auto most = credence::encode(claims, support::account_keys(), {.kid = "k", .header = with(61)});
    REQUIRE(most);
    CHECK(credence::decode<credence::RegisteredClaims>(*most, support::account_keys(), {.allow_missing_exp = true}));
    CHECK(encoded(with(62)).error().code == Errc::malformed_token);
    const auto nested = [](int levels) {
        nlohmann::json value = 1;
        for (int level = 0; level < levels; ++level) value = nlohmann::json{{"x", value}};
        return value;
    };
    const auto deepest = encoded(nested(32));
    REQUIRE(deepest);
    CHECK(credence::decode<credence::RegisteredClaims>(*deepest, support::account_keys(), {.allow_missing_exp = true}));
    CHECK(encoded(nested(33)).error().code == Errc::invalid_json);
    const auto chain = [](std::size_t count) { return nlohmann::json{{"x", std::vector<int>(count)}}; };
    const auto longest = encoded(chain(250));
    REQUIRE(longest);
    CHECK(credence::decode<credence::RegisteredClaims>(*longest, support::account_keys(), {.allow_missing_exp = true}));
    CHECK(encoded(chain(256)).error().reason == "HeaderOptions::header has more than 256 values");
    auto escaped = chain(300);
    for (int count = 0; count < 620; ++count) escaped["a"] = escaped.value("a", "") + "a\n";
    CHECK(encoded(escaped).error().reason == "HeaderOptions::header has more than 256 values");
}

TEST_CASE("encode refuses a header with more escapes than a verifier accepts") {
    const auto encoded = [](std::size_t quotes) {
        return credence::encode(credence::RegisteredClaims{}, support::account_keys(),
                                {.kid = std::string(quotes, '"')});
    };
    CHECK(encoded(512));
    CHECK(encoded(513).error().code == credence::Errc::malformed_token);
}
