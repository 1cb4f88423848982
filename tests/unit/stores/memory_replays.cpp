// SPDX-License-Identifier: MIT
// Used proofs in memory: each is accepted once until it is too old, their number is bounded, and only one of many
// threads wins.
#include <credence/stores/memory_replays.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::Errc;
using credence::MemoryReplayStore;
using credence::NumericDate;

namespace {

const NumericDate noon{1'700'000'000s};

}  // namespace

TEST_CASE("an id is accepted once, until its last second is over") {
    NumericDate moment = noon;
    MemoryReplayStore store{{.clock = [&] { return moment; }}};
    STATIC_REQUIRE(credence::ReplayStore<MemoryReplayStore>);
    CHECK(store.use_once("a", noon + 60s).value());
    CHECK_FALSE(store.use_once("a", noon + 60s).value());
    CHECK(store.use_once("b", noon + 61s).value());
    moment = noon + 60s;
    CHECK_FALSE(store.use_once("a", noon + 60s).value());
    moment = noon + 61s;
    CHECK_FALSE(store.use_once("b", noon + 61s).value());
    CHECK(store.use_once("a", noon + 120s).value());
}

TEST_CASE("a full store refuses, and only what has expired makes room") {
    NumericDate moment = noon;
    MemoryReplayStore store{{.max_entries = 2, .clock = [&] { return moment; }}};
    CHECK(store.use_once("a", noon + 10s).value());
    CHECK(store.use_once("b", noon + 20s).value());
    CHECK(store.use_once("c", noon + 20s).error().code == Errc::store_unavailable);
    CHECK(store.use_once("c", noon + 20s).error().reason == "the store is full");
    CHECK_FALSE(store.use_once("a", noon + 10s).value());
    moment = noon + 11s;
    CHECK(store.use_once("c", noon + 20s).value());
    CHECK(store.use_once("d", noon + 20s).error().code == Errc::store_unavailable);
    CHECK(MemoryReplayStore{{.max_entries = 0}}.use_once("a", noon).error().code == Errc::store_unavailable);
}

TEST_CASE("a large store reaches its capacity in all shards") {
    MemoryReplayStore store{{.max_entries = 8192, .clock = [] { return noon; }}};
    std::size_t held = 0;
    for (int number = 0; number < 20'000; ++number) {
        held += store.use_once("id" + std::to_string(number), noon + 60s).value_or(false) ? 1 : 0;
    }
    CHECK(held == 8192);
    CHECK_FALSE(store.use_once("id0", noon + 60s).value());
}

TEST_CASE("a client cannot choose ids that fill one shard") {
    MemoryReplayStore store{{.max_entries = 8192, .clock = [] { return noon; }}};
    for (int number = 0, chosen = 0; chosen < 600; ++number) {  // a shard has room for 512
        const std::string id = "chosen" + std::to_string(number);
        if (std::hash<std::string_view>{}(id) % 16 != 3) continue;
        CHECK(store.use_once(id, noon + 60s).value_or(false));
        ++chosen;
    }
    int refused = 0;
    for (int number = 0; number < 3000; ++number)
        refused += store.use_once("other" + std::to_string(number), noon + 60s) ? 0 : 1;
    CHECK(refused == 0);
}

TEST_CASE("of several threads with one id, exactly one is the first") {
    MemoryReplayStore store{{.clock = [] { return noon; }}};
    std::atomic<int> firsts = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int number = 0; number < 500; ++number)
                firsts += store.use_once(std::to_string(number), noon + 60s).value_or(false) ? 1 : 0;
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(firsts == 500);
}
