// SPDX-License-Identifier: MIT
// SharedKeys: the readers' view of a state machine, by their own clock.
#include <credence/remote/detail/shared_keys.hpp>

#include <chrono>

#include "support/catch.hpp"
#include "support/issuer_script.hpp"
#include "support/published.hpp"

using namespace credence;
using namespace std::chrono_literals;
using Core = detail::RemoteCore<support::RemoteSet>;
using Shared = detail::SharedKeys<support::RemoteSet>;

namespace {

const NumericDate wall{1'700'000'000s};
constexpr KeyQuery key_a{.alg = "EdDSA", .kid = "a"};

/// A core at the time `now`, whose first fetch has succeeded or failed.
Core core_at(SteadyTime now, bool has_keys) {
    Core core{{.key_set = Url::parse(support::IssuerScript::set_url).value()}, {}, now};
    const auto request = core.next({now, wall}).value();
    const FetchResponse answer{.status = has_keys ? 200 : 500, .body = support::published_set({"a"})};
    core.answer(request.number, answer, {now, wall});
    return core;
}

}  // namespace

TEST_CASE("a published set is found, and the caller shares its ownership", "[shared_keys]") {
    Shared shared;
    shared.publish(core_at(std::chrono::steady_clock::now(), true));
    CHECK(shared.snapshot().generation() == 1);
    CHECK(shared.snapshot().find(key_a).has_value());
    CHECK(shared.find(key_a).value() != nullptr);
    CHECK(shared.find({.alg = "EdDSA", .kid = "b"}).error().code == Errc::no_matching_key);
    CHECK(shared.health().can_verify);
    CHECK(shared.health().age.has_value());
    CHECK_FALSE(shared.is_over());
}

TEST_CASE("without a set every key is unavailable, until the next attempt", "[shared_keys]") {
    Shared shared;
    shared.publish(core_at(std::chrono::steady_clock::now(), false));
    const auto error = shared.find(key_a).error();
    CHECK(error.code == Errc::keys_unavailable);
    CHECK(error.reason == "no key set has been fetched yet");
    CHECK(error.retry_after >= 1s);
    CHECK(error.retry_after <= 2s);
    CHECK(shared.snapshot().candidates(key_a).empty());
}

TEST_CASE("an expired set is not used, even if it was not removed", "[shared_keys]") {
    Shared shared;
    shared.publish(core_at(std::chrono::steady_clock::now() - 24h, true));
    CHECK(shared.is_over());
    CHECK(shared.find(key_a).error().code == Errc::keys_unavailable);
    CHECK(shared.health().state == RemoteState::expired);
    CHECK_FALSE(shared.health().can_verify);
    CHECK(shared.snapshot().generation() != shared.snapshot().generation());
    CHECK(shared.number_when_over() != shared.number_when_over());
}

TEST_CASE("times of another clock are converted", "[shared_keys]") {
    const SteadyTime elsewhere{1h};
    Shared shared;
    shared.publish(core_at(elsewhere, true), std::chrono::steady_clock::now() - elsewhere);
    CHECK_FALSE(shared.is_over());
    CHECK(shared.health().age < 1min);
}

TEST_CASE("a child process continues with the set and the generation of its parent", "[shared_keys]") {
    Shared parent;
    const SteadyTime now = std::chrono::steady_clock::now();
    parent.publish(core_at(now, true));
    Shared child{parent};
    Core core{{.key_set = Url::parse(support::IssuerScript::set_url).value()}, {}, now};
    child.hand_over(parent, core);
    child.publish(core);
    CHECK(child.snapshot().generation() == 1);
    CHECK(child.find(key_a).has_value());
    CHECK(core.next({now, wall}).has_value());
}
