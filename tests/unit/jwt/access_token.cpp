// SPDX-License-Identifier: MIT
// The profile for OAuth 2.0 access tokens: the required claims, and which other tokens are refused. RFC 9068 §2.2, §4
#include <credence/jwt/access_token.hpp>
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>

#include <chrono>
#include <string>
#include <utility>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using credence::Errc;
using nlohmann::json;

namespace {

struct Server {
    credence::Keys<credence::HS256> keys = credence::Keys<credence::HS256>::generate().value();
    // The claims of the example of RFC 9068 §2.2, with dates around the clock below.
    json claims = {{"iss", "https://authorization-server.example.com/"},
                   {"sub", "5ba552d67"},
                   {"aud", "https://rs.example.com/"},
                   {"exp", 1639528912},
                   {"iat", 1618354090},
                   {"jti", "dbe39bf3a3ba4238a513f51d6e1691c4"},
                   {"client_id", "s6BhdRkqt3"},
                   {"scope", "openid profile reademail"}};

    [[nodiscard]] credence::Error refusal(const json& payload, const std::string& type = "at+jwt",
                                          credence::Validation<json> rules = {}) const {
        rules.clock = [] { return credence::NumericDate{1618354100s}; };
        const auto token = credence::encode(payload, keys, {.type = type}).value();
        const auto who = credence::decode<json>(token, keys, credence::access_token<json>(std::move(rules)));
        return who ? credence::Error{Errc{}, "accepted"} : who.error();
    }
};

const credence::Validation<json> named{.issuer = "https://authorization-server.example.com/",
                                       .audience = "https://rs.example.com/"};
const credence::Error accepted{Errc{}, "accepted"};

}  // namespace

TEST_CASE("the access token of RFC 9068 is accepted, also by its type's long name") {
    const Server server;
    CHECK(server.refusal(server.claims, "at+jwt", named) == accepted);
    CHECK(server.refusal(server.claims, "application/at+jwt", named) == accepted);
}

TEST_CASE("another type of token is not accepted as an access token") {
    const Server server;
    for (const char* type : {"JWT", "", "at", "application/jwt"}) {
        CHECK(server.refusal(server.claims, type, named) == credence::Error{Errc::invalid_type, "typ"});
    }
}

TEST_CASE("each claim of RFC 9068 §2.2 is required") {
    const Server server;
    for (const char* claim : {"iss", "exp", "aud", "sub", "client_id", "iat", "jti"}) {
        auto poor = server.claims;
        poor.erase(claim);
        CHECK(server.refusal(poor, "at+jwt", named) == credence::Error{Errc::missing_claim, claim});
    }
}

TEST_CASE("a resource server that does not name its issuer and audience accepts nothing") {
    const Server server;
    CHECK(server.refusal(server.claims).code == Errc::invalid_issuer);
    CHECK(server.refusal(server.claims, "at+jwt", {.issuer = named.issuer}).code == Errc::invalid_audience);
}

TEST_CASE("the profile requires exp, even if the rules allow a missing one") {
    const Server server;
    auto endless = server.claims;
    endless.erase("exp");
    auto rules = named;
    rules.allow_missing_exp = true;
    CHECK(server.refusal(endless, "at+jwt", rules) == credence::Error{Errc::missing_claim, "exp"});
}
