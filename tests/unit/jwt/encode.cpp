// SPDX-License-Identifier: MIT
// encode: the text that is written, and claims that cannot be written.
#include <credence/jwt/encode.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

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

TEST_CASE("encode refuses text that is not UTF-8") {
    CHECK(written(AccountClaims{{.sub = "\xc0\xaf"}, {}}) == "invalid_json sub");
    CHECK(written(AccountClaims{{.aud = {"a", "\xff"}}, {}}) == "invalid_json aud");
    CHECK(written(AccountClaims{{}, {.role = "\xed\xa0\x80"}}) == "invalid_json role");
    CHECK(written(nlohmann::json{{"a", "\xff"}}) == "invalid_json");
    CHECK(written(nlohmann::json{{"\xff", "a"}}) == "invalid_json");
    CHECK(encode(AccountClaims{}, account_keys(), {.kid = "\xff"}).error().code == Errc::invalid_json);
    CHECK(encode(AccountClaims{}, account_keys(), {.type = "\xff"}).error().code == Errc::invalid_json);
    CHECK(encode(AccountClaims{}, account_keys(), {.type = "\xff"}).error().reason ==
          "the header has text that is not UTF-8, or nests too deep");
}

TEST_CASE("encode refuses numbers and dates that decode would refuse") {
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

TEST_CASE("encode refuses claims that are deeper than decode reads") {
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

TEST_CASE("encode refuses JSON that is not an object, or holds binary data") {
    CHECK(written(nlohmann::json::array()) == "malformed_token");
    CHECK(written(nlohmann::json{}) == "malformed_token");
    CHECK(written(nlohmann::json("text")) == "malformed_token");
    CHECK(written(nlohmann::json{{"bytes", nlohmann::json::binary({1, 2})}}) == "invalid_json");
}

TEST_CASE("encode accepts a user's own mapping, and refuses its mistakes") {
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
