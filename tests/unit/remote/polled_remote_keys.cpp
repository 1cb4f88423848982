// SPDX-License-Identifier: MIT
// PolledRemoteKeys: a verifier over keys that a loop fetches. The test is the loop, and sets the time.
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/polled_remote_keys.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using namespace std::chrono_literals;
using support::IssuerScript;
using Polled = PolledRemoteKeys<support::RemoteSet>;

namespace {

const std::string issuer_url = IssuerScript::issuer_url;
const SteadyTime start{1000h};
const NumericDate wall{1'700'000'000s};

/// A loop with a clock of its own.
struct Loop {
    Polled keys;
    IssuerScript script = {};
    SteadyTime now = start;

    [[nodiscard]] NumericDate wall_now() const { return wall + std::chrono::floor<std::chrono::seconds>(now - start); }

    /// Sends the requests that are due. \return their number.
    int run() {
        int count = 0;
        while (const auto request = keys.next(now, wall_now())) {
            keys.answer(request->number, script(*request), now, wall_now());
            ++count;
        }
        return count;
    }
};

Loop follow(RemoteOptions options = {}, std::function<void()> on_due = {}) {
    return {.keys = Polled::discover(issuer_url, std::move(options), std::move(on_due)).value()};
}

std::string token_of(const std::string& kid, NumericDate issued_at) {
    const RegisteredClaims claims{.iss = issuer_url, .aud = {"api"}, .exp = wall + 100h, .iat = issued_at};
    return encode(claims, support::published_key(kid)).value();
}

/// The error of a verifier at the loop's time about a token; nullopt if it is accepted.
std::optional<Error> refusal(const Loop& loop, const std::string& token) {
    const auto clock = [moment = loop.wall_now()] { return moment; };
    const auto verifier = verifier_for<RegisteredClaims>(loop.keys, {.audience = "api", .clock = clock}).value();
    const auto verified = verifier.verify(token);
    return verified ? std::nullopt : std::optional{verified.error()};
}

}  // namespace

TEST_CASE("polled keys are a key source with snapshots, of one issuer, that can fetch", "[polled_remote_keys]") {
    STATIC_REQUIRE(SnapshotKeySource<Polled>);
    STATIC_REQUIRE(FetchingKeySource<Polled>);
    STATIC_REQUIRE(IssuerKeySource<Polled>);
    STATIC_REQUIRE(Polled::accepts("EdDSA"));
    CHECK(Polled::discover("http://id.example").error().stage == FetchStage::url);
    CHECK(Polled::at("nowhere").error().stage == FetchStage::url);
    CHECK(Polled::at(IssuerScript::set_url, {.interval = 0ms}).error().stage == FetchStage::configuration);
    CHECK(Polled::at(IssuerScript::set_url).value().issuer().empty());
}

TEST_CASE("the loop fetches the document and the set, and then again at the interval", "[polled_remote_keys]") {
    Loop loop = follow();
    CHECK(refusal(loop, token_of("a", wall))->code == Errc::keys_unavailable);
    CHECK(loop.keys.wake() <= start);
    CHECK(loop.run() == 2);
    CHECK_FALSE(refusal(loop, token_of("a", wall)));
    CHECK(loop.keys.issuer() == issuer_url);
    CHECK(loop.keys.generation() == 1);
    CHECK(loop.keys.find({.alg = "EdDSA", .kid = "a"}).has_value());
    CHECK(loop.keys.health().state == RemoteState::fresh);
    CHECK(loop.keys.wake() > start + 9min);
    CHECK(loop.keys.wake() < start + 10min);
    loop.now = loop.keys.wake() - 1ms;
    CHECK(loop.run() == 0);
    loop.now = loop.keys.wake();
    CHECK(loop.run() == 1);
}

TEST_CASE("an unknown key id makes a fetch due, notifies the loop, and never waits", "[polled_remote_keys]") {
    int told = 0;
    Loop loop = follow({}, [&] {
        ++told;
        throw std::runtime_error{"ignored"};
    });
    loop.run();
    loop.script.publish({"a", "b"});
    CHECK(refusal(loop, token_of("b", wall))->code == Errc::no_matching_key);  // not younger than the last fetch
    CHECK(told == 0);

    loop.now += 31s;
    CHECK(loop.run() == 0);
    const auto due = refusal(loop, token_of("b", wall));
    CHECK(due->code == Errc::keys_unavailable);
    CHECK(due->retry_after == 1s);
    CHECK(told == 1);
    CHECK(loop.run() == 1);
    CHECK_FALSE(refusal(loop, token_of("b", wall)));
    CHECK_FALSE(refusal(loop, token_of("a", wall)));
}

TEST_CASE("within the cool-down, a younger token gets a time to retry", "[polled_remote_keys]") {
    Loop loop = follow();
    loop.run();
    loop.now += 5s;
    CHECK(loop.run() == 0);
    const auto later = refusal(loop, token_of("b", wall + 4s));
    CHECK(later->code == Errc::keys_unavailable);
    CHECK(later->retry_after > 20s);
    CHECK(later->retry_after <= 25s);
}

TEST_CASE("keys of a loop expire, and then tokens get the time of the next attempt", "[polled_remote_keys]") {
    Loop loop = follow({.max_stale = 0ms});
    loop.run();
    loop.script.answer(IssuerScript::set_url, FetchResponse{.status = 500});
    loop.now += 11min;
    loop.run();
    const auto expired = refusal(loop, token_of("a", wall));
    CHECK(expired->code == Errc::keys_unavailable);
    CHECK(expired->retry_after >= 1s);
    CHECK(loop.keys.health().state == RemoteState::expired);
}

TEST_CASE("a request without an answer is abandoned, and a late answer changes nothing", "[polled_remote_keys]") {
    const Polled keys = Polled::at(IssuerScript::set_url).value();
    const auto lost = keys.next(start, wall);
    REQUIRE(lost.has_value());
    CHECK_FALSE(keys.next(start + 5s, wall).has_value());
    CHECK_FALSE(keys.next(start + 6s, wall).has_value());
    CHECK(keys.health().failures == 1);
    keys.answer(lost->number, support::published(support::published_set({"a"})), start + 7s, wall);
    CHECK_FALSE(keys.health().can_verify);
}
