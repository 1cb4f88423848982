// SPDX-License-Identifier: MIT
// Used proofs of possession in the memory of this process: for one instance, until it ends.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/http/replay_store.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>

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

/// The capacity of a `MemoryReplayStore`.
struct MemoryReplayLimits {
    /// The most proofs. If each is remembered for 70 seconds, the default is enough for 14,000 requests a second.
    std::size_t max_entries = 1'000'000;
    /// Returns the current time. Empty: the system's clock.
    Clock clock = system_clock;
};

/// A bounded `ReplayStore`. It forgets everything at a restart: a proof from the last minute can then be used again.
///
/// Only expired proofs make room. If all are still valid, it refuses with `store_unavailable`. Threads that use
/// different proofs seldom wait for each other.
class MemoryReplayStore {
public:
    /// \param limits  `{.max_entries = 100'000}`
    explicit MemoryReplayStore(MemoryReplayLimits limits = {})
        : limits_(std::move(limits)),
          shard_count_(limits_.max_entries >= fewest_to_shard ? most_shards : 1),
          max_of_shard_(limits_.max_entries / shard_count_) {}

    /// Whether this is the first use of an id, which is remembered until the second `until` is over.
    /// `store_unavailable` if there is no room.
    [[nodiscard]] Result<bool> use_once(std::string_view id, NumericDate until) {
        Shard& shard = shards_[IdHash{}(id) % shard_count_];
        const NumericDate moment = detail::moment_of(limits_.clock);
        const std::lock_guard lock{shard.mutex};
        while (!shard.ends.empty() && shard.ends.top().first < moment) {
            shard.ids.erase(shard.ends.top().second);
            shard.ends.pop();
        }
        std::string key{id};
        if (shard.ids.contains(key)) return false;
        if (shard.ids.size() >= max_of_shard_) return Error{Errc::store_unavailable, {}, "the store is full"};
        shard.ends.emplace(until, key);
        shard.ids.insert(std::move(key));
        return true;
    }

private:
    static constexpr std::size_t most_shards = 16, fewest_to_shard = 4096;

    /// Keyed: otherwise a client could choose proofs that fill one shard, or one bucket.
    struct IdHash {
        [[nodiscard]] std::size_t operator()(std::string_view id) const {
            return static_cast<std::size_t>(detail::KeyedHash::of_process()(id));
        }
    };

    using End = std::pair<NumericDate, std::string>;

    struct Shard {
        std::mutex mutex;
        std::unordered_set<std::string, IdHash> ids;
        std::priority_queue<End, std::vector<End>, std::greater<>> ends;  // the first to expire on top
    };

    const MemoryReplayLimits limits_;
    const std::size_t shard_count_;
    const std::size_t max_of_shard_;
    std::array<Shard, most_shards> shards_;
};

}  // namespace credence
