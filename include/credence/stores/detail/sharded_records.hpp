// SPDX-License-Identifier: MIT
// Records in memory, by a key and by their subject, in parts with a lock each.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace credence::detail {

/// A bounded table of records, each with a key, a subject and an end: `Traits::key`, `Traits::subject` and
/// `Traits::end`. Keys are random, so they spread evenly. Expired records make room when the table is full.
template <class Record, class Traits>
class ShardedRecords {
public:
    ShardedRecords(std::size_t most, Clock clock) : most_(most), clock_(std::move(clock)) {}

    /// `store_unavailable` if there is no room, or the key exists already.
    [[nodiscard]] Result<void> insert(const Record& record) {
        Room room{*this};
        if (!room.is_taken) return Error{Errc::store_unavailable, {}, "the store is full"};
        Shard& shard = shard_of(Traits::key(record));
        const std::unique_lock lock{shard.mutex};
        if (!shard.add(record)) return known_already();
        room.is_used = true;
        return {};
    }

    [[nodiscard]] std::optional<Record> find(std::string_view key) const {
        const Shard& shard = shard_of(key);
        const std::shared_lock lock{shard.mutex};
        const auto found = shard.records.find(key);
        return found == shard.records.end() ? std::nullopt : std::optional<Record>{found->second};
    }

    /// Calls `change(record)` for the record with this key. \return false if it is not there.
    template <class Change>
    [[nodiscard]] bool change(std::string_view key, const Change& change) {
        Shard& shard = shard_of(key);
        const std::unique_lock lock{shard.mutex};
        const auto found = shard.records.find(key);
        if (found == shard.records.end()) return false;
        change(found->second);
        shard.first_end = (std::min)(shard.first_end, Traits::end(found->second));
        return true;
    }

    /// Replaces the record with `old_key`. \return false if it does not exist.
    [[nodiscard]] Result<bool> replace(std::string_view old_key, const Record& record) {
        const auto locks = lock_all();
        Shard& from = shard_of(old_key);
        if (!from.records.contains(old_key)) return false;
        if (!shard_of(Traits::key(record)).add(record)) return known_already();
        from.drop(from.records.find(old_key));  // looked up again: adding may have moved it
        return true;
    }

    [[nodiscard]] bool erase(std::string_view key) {
        Shard& shard = shard_of(key);
        const std::unique_lock lock{shard.mutex};
        const auto found = shard.records.find(key);
        if (found == shard.records.end()) return false;
        shard.drop(found);
        --count_;
        return true;
    }

    /// Drops those records of a subject for which `is_meant(record)` holds. \return how many. All parts are locked, so
    /// a record that is being replaced at the same time does not escape.
    template <class IsMeant>
    std::size_t erase_of(std::string_view subject, const IsMeant& is_meant) {
        const auto locks = lock_all();
        std::size_t erased = 0;
        for (Shard& shard : shards_) {
            for (const std::string& key : shard.keys_of(subject)) {
                const auto found = shard.records.find(key);
                if (found == shard.records.end() || !is_meant(std::as_const(found->second))) continue;
                shard.drop(found);
                ++erased;
            }
        }
        count_ -= erased;
        return erased;
    }

    [[nodiscard]] std::vector<Record> of(std::string_view subject) const {
        std::vector<Record> records;
        for (const Shard& shard : shards_) {
            const std::shared_lock lock{shard.mutex};
            for (const std::string& key : shard.keys_of(subject)) {
                if (const auto found = shard.records.find(key); found != shard.records.end())
                    records.push_back(found->second);
            }
        }
        return records;
    }

private:
    [[nodiscard]] static Error known_already() { return {Errc::store_unavailable, {}, "the record exists already"}; }

    static constexpr std::size_t shard_count = 16;

    struct TextHash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };
    using Records = std::unordered_map<std::string, Record, TextHash, std::equal_to<>>;

    struct alignas(64) Shard {
        [[nodiscard]] bool add(const Record& record) {
            // The index first: if there is then no memory for the record, the key that stays in the index does no harm.
            subjects.try_emplace(std::string{Traits::subject(record)}).first->second.emplace(Traits::key(record));
            first_end = (std::min)(first_end, Traits::end(record));
            return records.try_emplace(std::string{Traits::key(record)}, record).second;
        }

        void drop(typename Records::iterator record) {
            const auto subject = subjects.find(Traits::subject(record->second));
            if (subject != subjects.end()) {
                subject->second.erase(record->first);
                if (subject->second.empty()) subjects.erase(subject);
            }
            records.erase(record);
        }

        [[nodiscard]] std::vector<std::string> keys_of(std::string_view subject) const {
            const auto found = subjects.find(subject);
            if (found == subjects.end()) return {};
            return {found->second.begin(), found->second.end()};
        }

        mutable std::shared_mutex mutex = {};
        Records records = {};
        // A tree, because an attacker could choose subjects that collide in a hash table.
        std::map<std::string, std::set<std::string>, std::less<>> subjects = {};
        NumericDate first_end = (NumericDate::max)();  // none expires before
    };

    [[nodiscard]] Shard& shard_of(std::string_view key) { return shards_[TextHash{}(key) % shard_count]; }
    [[nodiscard]] const Shard& shard_of(std::string_view key) const { return shards_[TextHash{}(key) % shard_count]; }

    [[nodiscard]] std::array<std::unique_lock<std::shared_mutex>, shard_count> lock_all() {
        std::array<std::unique_lock<std::shared_mutex>, shard_count> locks;
        for (std::size_t at = 0; at < shard_count; ++at) locks[at] = std::unique_lock{shards_[at].mutex};
        return locks;
    }

    /// Room for one more record, released unless it is used.
    struct Room {
        explicit Room(ShardedRecords& of) : table(of), is_taken(of.take_room()) {}
        Room(const Room&) = delete;
        Room& operator=(const Room&) = delete;
        ~Room() {
            if (is_taken && !is_used) --table.count_;
        }
        ShardedRecords& table;
        bool is_taken;
        bool is_used = false;
    };

    /// Counts one more record, if there is room after dropping expired ones.
    [[nodiscard]] bool take_room() {
        if (count_.fetch_add(1) < most_) return true;
        drop_ended();
        if (count_.load() <= most_) return true;
        --count_;
        return false;
    }

    /// Scans all records of a part, but only if one of them may have expired since the last scan.
    void drop_ended() {
        const NumericDate moment = moment_of(clock_);
        for (Shard& shard : shards_) {
            const std::unique_lock lock{shard.mutex};
            if (moment >= shard.first_end) drop_ended_of(shard, moment);
        }
    }
    void drop_ended_of(Shard& shard, NumericDate moment) {
        shard.first_end = (NumericDate::max)();
        for (auto next = shard.records.begin(); next != shard.records.end();) {
            const auto record = next++;
            const NumericDate end = Traits::end(record->second);
            if (end <= moment) {
                shard.drop(record);
                --count_;
            } else {
                shard.first_end = (std::min)(shard.first_end, end);
            }
        }
    }

    const std::size_t most_;
    const Clock clock_;
    std::atomic<std::size_t> count_ = 0;
    std::array<Shard, shard_count> shards_ = {};
};

}  // namespace credence::detail
