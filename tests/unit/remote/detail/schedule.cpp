// SPDX-License-Identifier: MIT
// The times of an issuer's keys: each default number, each row of the table of states, and the random part of a pause.
#include <credence/remote/detail/schedule.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;
using credence::detail::Moment;
using credence::detail::Schedule;
using credence::detail::UnknownKey;
using Answer = UnknownKey::Answer;

namespace {

const SteadyTime start{1000h};
const NumericDate wall{1'700'000'000s};

Moment at(std::chrono::milliseconds since) {
    return {start + since, wall + std::chrono::floor<std::chrono::seconds>(since)};
}

RemoteOptions with_chance(double chance, RemoteOptions options = {}) {
    options.random = [chance] { return chance; };
    return options;
}

/// A schedule whose first attempt succeeded at its start.
Schedule fresh(RemoteOptions options = {}, std::optional<std::chrono::seconds> said = {}) {
    Schedule schedule{std::move(options), start};
    schedule.begin(at(0s));
    schedule.succeed(start, said);
    return schedule;
}

/// The pauses after failures, one after the other.
std::vector<std::chrono::milliseconds> pauses(Schedule schedule, int count) {
    std::vector<std::chrono::milliseconds> found;
    SteadyTime now = start + 1h;
    for (int number = 0; number < count; ++number) {
        schedule.begin({now, wall});
        schedule.fail(now, std::nullopt);
        found.push_back(std::chrono::floor<std::chrono::milliseconds>(schedule.next_attempt() - now));
        now = schedule.next_attempt();
    }
    return found;
}

}  // namespace

TEST_CASE("the first attempt is due at once, and only one runs", "[schedule]") {
    Schedule schedule{{}, start};
    CHECK(schedule.state() == RemoteState::empty);
    CHECK_FALSE(schedule.can_verify());
    CHECK(schedule.is_due(start));
    schedule.begin(at(0s));
    CHECK(schedule.state() == RemoteState::empty);
    CHECK_FALSE(schedule.is_due(start + 24h));
    schedule.succeed(start + 1s, std::nullopt);
    CHECK(schedule.state() == RemoteState::fresh);
    CHECK_FALSE(schedule.is_due(start + 1s));
}

TEST_CASE("without a lifetime, a set is fetched again after ten minutes, a little early", "[schedule]") {
    CHECK(fresh(with_chance(0)).next_attempt() == start + 10min - 15s);
    CHECK(fresh(with_chance(0.999999)).next_attempt() >= start + 10min - 30s);
    CHECK(fresh(with_chance(0.999999)).next_attempt() < start + 10min - 29s);
    CHECK(fresh().expiry() == start + 10min + 6h);
}

TEST_CASE("the issuer's lifetime is clamped to between a minute and an hour", "[schedule]") {
    const auto expiry = [](std::chrono::seconds said) { return *fresh({.max_stale = 0s}, said).expiry() - start; };
    CHECK(expiry(0s) == 1min);
    CHECK(expiry(59s) == 1min);
    CHECK(expiry(61s) == 61s);
    CHECK(expiry(1h) == 1h);
    CHECK(expiry(2'000'000'000s) == 1h);
    CHECK(fresh(with_chance(0), 60s).next_attempt() == start + 60s - 3s);
    CHECK(fresh(with_chance(0), 1h).next_attempt() == start + 1h - 15s);
    CHECK(fresh({.interval = 2s, .max_stale = 0s}, 0s).expiry() == start + 2s);
}

TEST_CASE("a failed fetch is tried again after a second, then twice as long each time", "[schedule]") {
    using Times = std::vector<std::chrono::milliseconds>;
    const RemoteOptions middle = with_chance(0.5);
    CHECK(pauses(Schedule{middle, start}, 8) == Times{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s});
    CHECK(pauses(fresh(middle), 11) == Times{1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s});
    CHECK(pauses(Schedule{with_chance(0), start}, 3) == Times{750ms, 1500ms, 3s});
    for (const auto pause : pauses(fresh(with_chance(0.999)), 100)) CHECK(pause <= 5min);
    CHECK(pauses(fresh({.retry = 1h}), 1).front() <= 5min);
    CHECK(pauses(fresh({.retry = 1ms, .max_retry = 24h * 365}), 60).back() <= 24h * 365);
}

TEST_CASE("Retry-After is heeded up to the longest pause", "[schedule]") {
    const auto pause = [](Schedule schedule, std::chrono::seconds asked) {
        const SteadyTime now = start + 1s;
        schedule.begin({now, wall});
        schedule.fail(now, asked);
        return schedule.next_attempt() - now;
    };
    const Schedule empty{with_chance(0.5), start};
    CHECK(pause(empty, 0s) == 1s);
    CHECK(pause(empty, 20s) == 20s);
    CHECK(pause(empty, 31s) == 30s);
    CHECK(pause(fresh(with_chance(0.5)), 31s) == 31s);
    CHECK(pause(fresh(with_chance(0.5)), 2'000'000'000s) == 5min);
}

TEST_CASE("a random source with values out of range does no harm", "[schedule]") {
    for (const double chance : {-1.0, 1.0, 1e300, -1e300, std::numeric_limits<double>::quiet_NaN(),
                                std::numeric_limits<double>::infinity()}) {
        CAPTURE(chance);
        CHECK(fresh(with_chance(chance)).next_attempt() == start + 10min - 15s);
        CHECK(pauses(Schedule{with_chance(chance), start}, 1).front() == 750ms);
    }
}

TEST_CASE("expired keys are used up to max_stale, and then no more", "[schedule]") {
    Schedule schedule = fresh({.max_stale = 1h});
    schedule.begin(at(10min));
    CHECK(schedule.state() == RemoteState::refreshing);
    schedule.fail(start + 10min, std::nullopt);
    CHECK(schedule.state() == RemoteState::stale);
    CHECK_FALSE(schedule.expire(start + 70min - 1ms));
    CHECK(schedule.can_verify());
    CHECK(schedule.expire(start + 70min));
    CHECK_FALSE(schedule.expire(start + 70min));
    CHECK_FALSE(schedule.can_verify());
    CHECK(schedule.state() == RemoteState::expired);
    schedule.begin(at(71min));
    CHECK(schedule.state() == RemoteState::expired);
    schedule.succeed(start + 71min, std::nullopt);
    CHECK(schedule.state() == RemoteState::fresh);
    CHECK(schedule.can_verify());
}

TEST_CASE("with max_stale 0, keys are unavailable as soon as they expire", "[schedule]") {
    Schedule schedule = fresh({.max_stale = 0s});
    CHECK_FALSE(schedule.expire(start + 10min - 1ms));
    CHECK(schedule.expire(start + 10min));
}

TEST_CASE("when keys expire, the next attempt is at most 30 seconds away", "[schedule]") {
    Schedule schedule = fresh({.max_stale = 1h, .max_retry = 5h});
    schedule.begin(at(10min));
    schedule.fail(start + 10min, std::chrono::hours{4});
    CHECK(schedule.next_attempt() == start + 10min + 4h);
    CHECK(schedule.expire(start + 70min));
    CHECK(schedule.next_attempt() == start + 70min + 30s);
}

TEST_CASE("an unknown key without usable keys is unavailable", "[schedule]") {
    Schedule empty{{}, start};
    CHECK(empty.unknown_key(start, wall).answer == Answer::unavailable);
    empty.begin(at(0s));
    CHECK(empty.unknown_key(start, wall).answer == Answer::unavailable);
    CHECK(empty.unknown_key(start, wall).retry_after == 1s);
    empty.fail(start, 20s);
    CHECK(empty.unknown_key(start + 1ms, wall).retry_after == 20s);
    Schedule expired = fresh({.max_stale = 0s});
    CHECK(expired.expire(start + 10min));
    CHECK(expired.unknown_key(start + 10min, wall).answer == Answer::unavailable);
}

TEST_CASE("an unknown key after the cool-down causes one attempt", "[schedule]") {
    Schedule schedule = fresh();
    CHECK(schedule.unknown_key(start + 30s, wall).answer == Answer::wait);
    CHECK(schedule.is_due(start + 30s));
    CHECK(schedule.unknown_key(start + 30s, wall).answer == Answer::wait);
    schedule.begin(at(30s));
    CHECK_FALSE(schedule.is_due(start + 31s));
    CHECK(schedule.unknown_key(start + 31s, wall).answer == Answer::wait);
    schedule.succeed(start + 31s, std::nullopt);
    CHECK(schedule.unknown_key(start + 31s, wall).answer == Answer::refuse);
    CHECK(schedule.unknown_key(start + 60s - 1ms, wall).answer == Answer::refuse);
    CHECK(schedule.unknown_key(start + 60s, wall).answer == Answer::wait);
}

TEST_CASE("regular attempts start the cool-down, too", "[schedule]") {
    Schedule schedule = fresh();
    CHECK(schedule.unknown_key(start + 30s - 1ms, wall).answer == Answer::refuse);
    schedule.begin(at(9min));
    schedule.succeed(start + 9min, std::nullopt);
    CHECK(schedule.unknown_key(start + 9min + 29s, wall).answer == Answer::refuse);
    CHECK(schedule.unknown_key(start + 9min + 30s, wall).answer == Answer::wait);
}

TEST_CASE("within the cool-down only a token older than the last attempt is refused", "[schedule]") {
    Schedule schedule = fresh();
    CHECK(schedule.unknown_key(start + 10s, wall).answer == Answer::refuse);
    CHECK(schedule.unknown_key(start + 10s, wall - 1h).answer == Answer::refuse);
    const UnknownKey newer = schedule.unknown_key(start + 10s, wall + 1s);
    CHECK(newer.answer == Answer::unavailable);
    CHECK(newer.retry_after == 20s);
    CHECK(schedule.unknown_key(start + 10s, std::nullopt).answer == Answer::unavailable);
    CHECK(schedule.unknown_key(start + 29s + 999ms, wall + 1s).retry_after == 1s);
}

TEST_CASE("an unknown key while fetches fail is unavailable until the next attempt", "[schedule]") {
    Schedule schedule = fresh();
    schedule.begin(at(10min));
    schedule.fail(start + 10min, 12s);
    const UnknownKey found = schedule.unknown_key(start + 10min + 2s, wall);
    CHECK(found.answer == Answer::unavailable);
    CHECK(found.retry_after == 10s);
    CHECK(schedule.next_attempt() == start + 10min + 12s);
    schedule.begin(at(10min + 12s));
    CHECK(schedule.unknown_key(start + 10min + 12s, wall).answer == Answer::wait);
}

TEST_CASE("the time to retry is from 1 to 30 seconds", "[schedule]") {
    Schedule schedule = fresh();
    CHECK(schedule.retry_after(start) == 30s);
    CHECK(schedule.retry_after(start + 1h) == 1s);
    schedule.begin(at(10min));
    CHECK(schedule.retry_after(start + 10min) == 1s);
}

TEST_CASE("an attempt whose outcome is lost is repeated at once", "[schedule]") {
    Schedule schedule = fresh();
    schedule.begin(at(10min));
    schedule.abandon(start + 10min + 1s);
    CHECK(schedule.is_due(start + 10min + 1s));
    CHECK(schedule.failures() == 0);
    CHECK(schedule.state() == RemoteState::fresh);
}

TEST_CASE("keys that were fetched elsewhere keep their age, and the first attempt is due", "[schedule]") {
    Schedule schedule{{}, start};
    schedule.inherit(start + 1h, start - 1min);
    CHECK(schedule.can_verify());
    CHECK(schedule.state() == RemoteState::fresh);
    CHECK(schedule.is_due(start));
    CHECK_FALSE(schedule.expire(start + 1h - 1ms));
    CHECK(schedule.expire(start + 1h));
}
