// SPDX-License-Identifier: MIT
// Used proofs of possession in this process's memory: for one instance, until it ends.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/http/replay_store.hpp>
#include <credence/result.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace credence {

/// How much a `MemoryReplayStore` holds.
struct MemoryReplayLimits {
    /// How many proofs at most. With proofs that are good for 65 seconds, the default is for 15,000 requests a second.
    std::size_t max_entries = 1'000'000;
    /// Tells which proofs are too old to be used again. An empty one is the system's.
    Clock clock = system_clock;
};

/// A bounded `ReplayStore`. A restart forgets: a proof that was used in the last minute is then good once more.
///
/// Only proofs that are too old to be used again make room. When all are needed, it refuses with `store_unavailable`.
/// Threads that use different proofs seldom wait for each other.
class MemoryReplayStore {
public:
    /// \param limits  `{.max_entries = 100'000}`
    explicit MemoryReplayStore(MemoryReplayLimits limits = {})
        : limits_(std::move(limits)),
          shard_count_(limits_.max_entries >= fewest_to_shard ? most_shards : 1),
          max_of_shard_(limits_.max_entries / shard_count_) {}

    /// Whether this is the first use of an id, which is remembered until the second `until` is over.
    /// `store_unavailable` when there is no room.
    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) {
        Shard& shard = shards_[std::hash<std::string_view>{}(id) % shard_count_];
        const NumericDate moment = detail::moment_of(limits_.clock);
        const std::lock_guard lock{shard.mutex};
        while (!shard.ends.empty() && shard.ends.top().first < moment) {
            shard.ids.erase(shard.ends.top().second);
            shard.ends.pop();
        }
        std::string key{id};
        if (shard.ids.contains(key)) return false;
        if (shard.ids.size() >= max_of_shard_) return Errc::store_unavailable;
        shard.ends.emplace(until, key);
        shard.ids.insert(std::move(key));
        return true;
    }

private:
    static constexpr std::size_t most_shards = 16, fewest_to_shard = 4096;

    using End = std::pair<NumericDate, std::string>;

    struct Shard {
        std::mutex mutex;
        std::unordered_set<std::string> ids;
        std::priority_queue<End, std::vector<End>, std::greater<>> ends;  // the first to end on top
    };

    const MemoryReplayLimits limits_;
    const std::size_t shard_count_;
    const std::size_t max_of_shard_;
    std::array<Shard, most_shards> shards_;
};

}  // namespace credence
