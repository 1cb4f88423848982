// SPDX-License-Identifier: MIT
// encode and decode: what is written, what comes back, and what cannot be written.
#include <credence/token.hpp>

#include <chrono>
#include <limits>
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

/// A mapping that says things that it had better not.
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

std::string text_of(std::string_view segment) { return credence::detail::decode_base64url(segment).value(); }

std::string header_of(std::string_view token) { return text_of(token.substr(0, token.find('.'))); }

std::string payload_of(std::string_view token) {
    const auto first = token.find('.') + 1;
    return text_of(token.substr(first, token.rfind('.') - first));
}

template <class Claims>
std::string written(const Claims& claims) {
    const auto token = credence::encode(claims, account_keys());
    return token ? payload_of(*token) : support::in_words(token.error());
}

template <class Claims>
credence::Result<credence::Verified<Claims>> read(std::string_view token) {
    return credence::decode<Claims>(token, account_keys(), {.clock = support::noon_clock});
}

}  // namespace

TEST_CASE("encode writes the registered claims that are set, then the private ones") {
    CHECK(
        written(AccountClaims{{.iss = "i", .sub = "s", .aud = "a", .exp = noon, .nbf = noon, .iat = noon, .jti = "j"},
                              {.role = "admin", .scope = "read"}}) ==
        R"({"iss":"i","sub":"s","aud":"a","exp":1700000000,"nbf":1700000000,"iat":1700000000,"jti":"j","role":"admin","scope":"read"})");
    CHECK(written(AccountClaims{{}, {.role = "user"}}) == R"({"role":"user"})");
    CHECK(written(credence::RegisteredClaims{}) == "{}");
    CHECK(written(credence::RegisteredClaims{.aud = {"a", "b"}}) == R"({"aud":["a","b"]})");
}

TEST_CASE("encode writes alg, typ and kid, and only those that are named") {
    const AccountClaims claims{};
    const auto with_kid = account_keys().with_kid("k1");
    CHECK(header_of(encode(claims, account_keys()).value()) == R"({"alg":"HS256","typ":"JWT"})");
    CHECK(header_of(encode(claims, with_kid).value()) == R"({"alg":"HS256","typ":"JWT","kid":"k1"})");
    CHECK(header_of(encode(claims, with_kid.encoding).value()) == R"({"alg":"HS256","typ":"JWT","kid":"k1"})");
    CHECK(header_of(encode(claims, with_kid, {.kid = "k2"}).value()) == R"({"alg":"HS256","typ":"JWT","kid":"k2"})");
    CHECK(header_of(encode(claims, account_keys(), {.type = "at+jwt"}).value()) == R"({"alg":"HS256","typ":"at+jwt"})");
    CHECK(header_of(encode(claims, account_keys(), {.type = ""}).value()) == R"({"alg":"HS256"})");
    CHECK(header_of(encode(claims, account_keys(), {.kid = "a\"\\\n"}).value()) ==
          R"({"alg":"HS256","typ":"JWT","kid":"a\"\\\n"})");
}

TEST_CASE("encode makes nothing that is not UTF-8") {
    CHECK(written(AccountClaims{{.sub = "\xc0\xaf"}, {}}) == "invalid_json sub");
    CHECK(written(AccountClaims{{.aud = {"a", "\xff"}}, {}}) == "invalid_json aud");
    CHECK(written(AccountClaims{{}, {.role = "\xed\xa0\x80"}}) == "invalid_json role");
    CHECK(written(nlohmann::json{{"a", "\xff"}}) == "invalid_json");
    CHECK(written(nlohmann::json{{"\xff", "a"}}) == "invalid_json");
    CHECK(encode(AccountClaims{}, account_keys(), {.kid = "\xff"}).error().code == Errc::invalid_json);
    CHECK(encode(AccountClaims{}, account_keys(), {.type = "\xff"}).error().code == Errc::invalid_json);
}

TEST_CASE("encode makes no number or date that decode would refuse") {
    struct Real {
        double real = 0;
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(written(Real{infinity}) == "invalid_claim_type real");
    CHECK(written(Real{-infinity}) == "invalid_claim_type real");
    CHECK(written(Real{std::numeric_limits<double>::quiet_NaN()}) == "invalid_claim_type real");
    CHECK(written(nlohmann::json{{"real", infinity}}) == "invalid_json");
    const NumericDate last{253402300799s}, first{-62135596800s};
    CHECK(written(AccountClaims{{.exp = last, .nbf = first}, {.role = ""}}) ==
          R"({"exp":253402300799,"nbf":-62135596800,"role":""})");
    CHECK(written(AccountClaims{{.exp = last + 1s}, {}}) == "invalid_claim_type exp");
    CHECK(written(AccountClaims{{.nbf = first - 1s}, {}}) == "invalid_claim_type nbf");
    CHECK(written(AccountClaims{{.iat = NumericDate::max()}, {}}) == "invalid_claim_type iat");
}

TEST_CASE("encode makes nothing deeper than decode reads") {
    nlohmann::json deepest = nlohmann::json::array();
    for (int level = 2; level < 32; ++level) deepest = nlohmann::json::array({deepest});
    const nlohmann::json fits{{"exp", 1700000001}, {"deep", deepest}};
    const auto token = encode(fits, account_keys());
    REQUIRE(token);
    CHECK(read<nlohmann::json>(*token));
    CHECK(written(nlohmann::json{{"deep", nlohmann::json::array({deepest})}}) == "invalid_json");

    struct Holder {
        nlohmann::json any;
    };
    CHECK(encode(Holder{deepest}, account_keys()));
    CHECK(written(Holder{nlohmann::json::array({deepest})}) == "invalid_json any");
}

TEST_CASE("encode makes nothing of JSON that is no object, or holds binary data") {
    CHECK(written(nlohmann::json::array()) == "malformed_token");
    CHECK(written(nlohmann::json{}) == "malformed_token");
    CHECK(written(nlohmann::json("text")) == "malformed_token");
    CHECK(written(nlohmann::json{{"bytes", nlohmann::json::binary({1, 2})}}) == "invalid_json");
}

TEST_CASE("encode takes a user's own mapping, and not its mistakes") {
    using Mode = Awkward::Mode;
    CHECK(written(Celsius{21.5}) == R"({"celsius":21.5})");
    CHECK(written(credence::Claims<Celsius>{{.sub = "s"}, Celsius{-1}}) == R"({"sub":"s","celsius":-1.0})");
    CHECK(written(Awkward{Mode::good}) == R"({"fine":true})");
    CHECK(written(Awkward{Mode::no_object}) == "malformed_token");
    CHECK(written(Awkward{Mode::throws}) == "invalid_claim_type");
    CHECK(written(Awkward{Mode::deep}) == "invalid_json");
    CHECK(written(Awkward{Mode::not_utf8}) == "invalid_json");
    CHECK(written(Awkward{Mode::registered}) == R"({"sub":"mallory"})");
    CHECK(written(credence::Claims<Awkward>{{.sub = "alice"}, Awkward{Mode::registered}}) == "duplicate_member sub");
}

TEST_CASE("what was encoded is decoded") {
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

TEST_CASE("what a user's from_json throws is an error without a word of the token") {
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

TEST_CASE("tokens of HS384 and HS512 are for their own keys only") {
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

TEST_CASE("a check that throws never admits, and what it throws comes out") {
    const auto token = support::signed_payload(R"({"exp":1700000001,"role":"x"})");
    const credence::Validation<AccountClaims> rules{
        .checks = {{"broken", [](const AccountClaims&) -> bool { throw std::runtime_error("database"); }}},
        .clock = support::noon_clock};
    CHECK_THROWS_AS(credence::decode<AccountClaims>(token, account_keys(), rules), std::runtime_error);
}
