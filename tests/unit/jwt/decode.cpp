// SPDX-License-Identifier: MIT
// encode and decode: the text that is written, the claims that come back, and claims that cannot be written.
#include <credence/jwt/decode.hpp>
#include <credence/jwt/encode.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/tokens.hpp"

#include <nlohmann/json.hpp>

using namespace std::chrono_literals;
using credence::Errc;
using credence::Error;
using credence::NumericDate;
using support::account_keys;
using support::AccountClaims;
using support::noon;

namespace credence_test_token {

class Celsius {
public:
    Celsius() = default;
    explicit Celsius(double value) : value_(value) {}
    [[nodiscard]] double value() const { return value_; }

    friend void from_json(const nlohmann::json& json, Celsius& out) { json.at("celsius").get_to(out.value_); }
    friend void to_json(nlohmann::json& json, const Celsius& from) { json = {{"celsius", from.value_}}; }

private:
    double value_ = 0;
};

/// A mapping that throws secrets, or writes JSON that is not allowed.
class Awkward {
public:
    enum class Mode : std::uint8_t { good, no_object, registered, throws, deep, not_utf8 };
    explicit Awkward(Mode mode = Mode::good) : mode_(mode) {}

    friend void from_json(const nlohmann::json& json, Awkward& /*out*/) {
        if (json.contains("explode")) throw std::runtime_error("secret " + json.dump());
    }
    friend void to_json(nlohmann::json& json, const Awkward& from) {
        switch (from.mode_) {
            case Mode::good: json = {{"fine", true}}; break;
            case Mode::no_object: json = 7; break;
            case Mode::registered: json = {{"sub", "mallory"}}; break;
            case Mode::throws: throw std::runtime_error("secret");
            case Mode::deep:
                json = nlohmann::json::array();
                for (int level = 0; level < 40; ++level) json = nlohmann::json::array({json});
                json = {{"deep", json}};
                break;
            case Mode::not_utf8: json = {{"text", "\xff"}}; break;
        }
    }

private:
    Mode mode_;
};

}  // namespace credence_test_token

using credence_test_token::Awkward;
using credence_test_token::Celsius;

namespace {

template <class Claims>
credence::Result<credence::Verified<Claims>> read(std::string_view token) {
    return credence::decode<Claims>(token, account_keys(), {.clock = support::noon_clock});
}

}  // namespace

TEST_CASE("encoded claims are decoded") {
    const AccountClaims claims{{.iss = "i", .sub = "s", .exp = noon + 1h, .nbf = noon, .iat = noon, .jti = "j"},
                               {.role = "admin", .scope = "read write"}};
    const auto who = read<AccountClaims>(encode(claims, account_keys(), {.kid = "k1"}).value());
    REQUIRE(who);
    CHECK(who->iss == "i");
    CHECK(who->sub == "s");
    CHECK(who->exp == noon + 1h);
    CHECK(who->nbf == noon);
    CHECK(who->iat == noon);
    CHECK(who->jti == "j");
    CHECK(who->role == "admin");
    CHECK(who->scope == "read write");
    CHECK((*who).header() == credence::Header{"HS256", "k1", "JWT"});
    CHECK((*who).scopes() == std::vector<std::string>{"read", "write"});
}

TEST_CASE("decode gives each of the four kinds of claims types") {
    const auto token = support::signed_payload(R"({"exp":1700000001,"sub":"42","role":"admin","celsius":3})");
    struct Plain {
        std::string role;
        std::int64_t exp = 0;
    };
    CHECK(read<Plain>(token)->role == "admin");
    CHECK(read<Plain>(token)->exp == 1700000001);
    CHECK(read<AccountClaims>(token)->sub == "42");
    CHECK(read<credence::RegisteredClaims>(token)->sub == "42");
    CHECK(read<Celsius>(token)->value() == 3);
    CHECK(read<credence::Claims<Celsius>>(token)->value() == 3);
    CHECK(read<credence::Claims<Celsius>>(token)->sub == "42");
    CHECK(read<nlohmann::json>(token)->at("role") == "admin");
}

TEST_CASE("an exception of a user's from_json is an error without token content") {
    const auto token = support::signed_payload(R"({"exp":1700000001,"explode":"hunter2"})");
    const auto who = read<Awkward>(token);
    REQUIRE_FALSE(who);
    CHECK(who.error() == Error{Errc::invalid_claim_type});
    CHECK(message(who.error()).find("hunter2") == std::string::npos);
    CHECK(read<Celsius>(token).error().code == Errc::invalid_claim_type);
}

TEST_CASE("decode takes a decoding key, a pair and a prepared verifier") {
    const auto token = support::signed_payload(R"({"exp":1700000001,"sub":"42","role":"x"})");
    const credence::Validation<AccountClaims> rules{.clock = support::noon_clock};
    const credence::Verifier verifier{account_keys(), rules};
    CHECK(credence::decode<AccountClaims>(token, account_keys(), rules));
    CHECK(credence::decode<AccountClaims>(token, account_keys().decoding, rules));
    CHECK(credence::decode(token, verifier));
    CHECK(credence::decode<AccountClaims>(token, verifier));
}

TEST_CASE("tokens of HS384 and HS512 are accepted with their own keys only") {
    const std::string secret(64, 's');
    const auto hs384 = credence::Keys<credence::HS384>::from_secret(secret).value();
    const auto hs512 = credence::Keys<credence::HS512>::from_secret(secret).value();
    const auto token384 = encode(AccountClaims{{.exp = noon + 1s}, {}}, hs384).value();
    const auto token512 = encode(AccountClaims{{.exp = noon + 1s}, {}}, hs512).value();
    const credence::Validation<AccountClaims> rules{.clock = support::noon_clock};
    CHECK(credence::decode<AccountClaims>(token384, hs384, rules));
    CHECK(credence::decode<AccountClaims>(token512, hs512, rules));
    CHECK(credence::decode<AccountClaims>(token384, hs512, rules).error().code == Errc::algorithm_not_allowed);
    CHECK(credence::decode<AccountClaims>(token512, hs384, rules).error().code == Errc::algorithm_not_allowed);
}

TEST_CASE("a check that throws accepts no token, and its exception leaves decode") {
    const auto token = support::signed_payload(R"({"exp":1700000001,"role":"x"})");
    const credence::Validation<AccountClaims> rules{
        .checks = {{"broken", [](const AccountClaims&) -> bool { throw std::runtime_error("database"); }}},
        .clock = support::noon_clock};
    CHECK_THROWS_AS(credence::decode<AccountClaims>(token, account_keys(), rules), std::runtime_error);
}
