// SPDX-License-Identifier: MIT
// SealedCookie: state that comes back unchanged, for a limited time, and only for its own cookie.
#include <credence/http/cookie.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwe/sealed_cookie.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/encrypted.hpp"

using namespace credence;
using namespace std::chrono_literals;

namespace {

struct LoginState {
    std::string nonce;
    std::string path = "/";
    std::optional<int> tries = {};
};
using StateCookie = SealedCookie<LoginState>;
using KeyList = std::vector<EncryptionKeys<dir>>;

EncryptionKeys<dir> key_of(char letter, std::size_t size = 32) {
    return EncryptionKeys<dir>::from_secret(std::string(size, letter)).value();
}

constexpr NumericDate start{1'700'000'000s};

StateCookie cookie_at(NumericDate moment, KeyList keys = {key_of('a')}, std::string name = "login") {
    return StateCookie::make(std::move(name), std::move(keys), {.lifetime = 60s, .clock = [moment] { return moment; }})
        .value();
}

std::string outcome(const StateCookie& cookie, const std::string& value) {
    const auto state = cookie.open(value);
    return state ? "opened" : std::string{to_string(state.error().code)};
}

}  // namespace

TEST_CASE("sealed state is opened again", "[jwe][cookie]") {
    const StateCookie cookie = cookie_at(start);
    const std::string value = cookie.seal({"n", "/home", 3}).value();
    const auto state = cookie.open(value);
    REQUIRE(state);
    CHECK((state->nonce == "n" && state->path == "/home" && state->tries == 3));
    CHECK(value != cookie.seal({"n", "/home", 3}).value());
    CHECK(value.find("home") == std::string::npos);
}

TEST_CASE("sealed state expires after its lifetime", "[jwe][cookie]") {
    const std::string value = cookie_at(start).seal({"n"}).value();
    CHECK(outcome(cookie_at(start + 59s), value) == "opened");
    CHECK(outcome(cookie_at(start + 60s), value) == "token_expired");
}

TEST_CASE("a lifetime beyond every date ends with the last one", "[jwe][cookie]") {
    NumericDate moment = start;
    const SealedCookieOptions options{.lifetime = (std::chrono::seconds::max)(), .clock = [&] { return moment; }};
    const StateCookie cookie = StateCookie::make("login", {key_of('a')}, options).value();
    const std::string value = cookie.seal({"n"}).value();
    CHECK(outcome(cookie, value) == "opened");
    moment = NumericDate{253'402'300'798s};
    CHECK(outcome(cookie, value) == "opened");
    moment += 1s;
    CHECK(outcome(cookie, value) == "token_expired");
}

TEST_CASE("the first key seals, and every key opens", "[jwe][cookie]") {
    const std::string before = cookie_at(start, {key_of('a')}).seal({"n"}).value();
    const StateCookie rotated = cookie_at(start, {key_of('b'), key_of('a')});
    CHECK(outcome(rotated, before) == "opened");
    const std::string after = rotated.seal({"n"}).value();
    CHECK(outcome(cookie_at(start, {key_of('b')}), after) == "opened");
    CHECK(outcome(cookie_at(start, {key_of('a')}), after) == "decryption_failed");
    CHECK(outcome(cookie_at(start, {key_of('b')}), before) == "decryption_failed");
}

TEST_CASE("the value of another cookie is refused", "[jwe][cookie]") {
    const std::string value = cookie_at(start).seal({"n"}).value();
    CHECK(outcome(cookie_at(start, {key_of('a')}, "other"), value) == "invalid_type");
}

TEST_CASE("a value that was changed, or was never sealed, is refused", "[jwe][cookie]") {
    const StateCookie cookie = cookie_at(start);
    std::string value = cookie.seal({"n"}).value();
    value[value.size() - 8] = value[value.size() - 8] == 'A' ? 'B' : 'A';
    CHECK(outcome(cookie, value) == "decryption_failed");
    CHECK(outcome(cookie, "") == "malformed_token");
    CHECK(outcome(cookie, std::string(4097, 'a')) == "token_too_large");
    CHECK(outcome(cookie, encrypt(R"({"nonce":"n"})", key_of('a'), {.type = "login"}).value()) == "token_expired");
    CHECK(outcome(cookie, encrypt(R"({"nonce":"n"})", key_of('a')).value()) == "invalid_type");
}

TEST_CASE("a cookie has at most 4,096 bytes, name and value together", "[jwe][cookie]") {
    bool has_reached_limit = false;
    // The text of the value grows in steps of one or two characters: some of these names meet the limit exactly.
    for (const std::string name : {"a", "of", "six", "four", "seven", "__Host-login"}) {
        CAPTURE(name);
        const StateCookie cookie = cookie_at(start, {key_of('a')}, name);
        std::size_t longest = 2900;
        while (longest < 4096 && cookie.seal({std::string(longest + 1, 'n')})) ++longest;
        const std::string value = cookie.seal({std::string(longest, 'n')}).value();
        const std::size_t size = name.size() + value.size();
        const std::size_t plaintext = detail::base64url_decoded_size(support::parts_of(value)[3].size());
        const std::size_t growth =
            detail::base64url_encoded_size(plaintext + 1) - detail::base64url_encoded_size(plaintext);
        CHECK(size <= 4096);
        CHECK(size + growth > 4096);
        has_reached_limit = has_reached_limit || size == 4096;
        CHECK(outcome(cookie, value) == "opened");
        CHECK(set_cookie({.name = name, .value = value, .max_age = 600s, .path = "/"}));
        const auto refused = cookie.seal({std::string(longest + 1, 'n')});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::token_too_large);
        CHECK(refused.error().reason == "a cookie of more than 4,096 bytes: seal less");
    }
    CHECK(has_reached_limit);
}

TEST_CASE("a key of another length is refused", "[jwe][cookie]") {
    CHECK(StateCookie::make("c", {}).error().code == Errc::invalid_key);
    CHECK(StateCookie::make("c", {key_of('a'), key_of('a', 16)}).error().code == Errc::key_too_short);
    CHECK(StateCookie::make("c", {key_of('a', 64)}).error().code == Errc::invalid_key);
    CHECK(StateCookie::make("\xff", {key_of('a')}).error().code == Errc::invalid_json);
    CHECK(StateCookie::make("\xff", {key_of('a')}).error().reason == "the name of the cookie is not UTF-8");
}

TEST_CASE("registered claims in a cookie are checked", "[jwe][cookie]") {
    const auto make = [](NumericDate moment) {
        return SealedCookie<RegisteredClaims>::make("c", {key_of('a')}, {.clock = [moment] { return moment; }}).value();
    };
    const std::string value = make(start).seal({.sub = "42", .aud = {"x"}, .exp = start + 10s}).value();
    CHECK(make(start).open(value).value().sub == "42");
    CHECK(make(start + 10s).open(value).error().code == Errc::token_expired);
}
