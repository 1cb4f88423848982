// SPDX-License-Identifier: MIT
// Records in memory, by a key and by their subject: found without a lock, changed in parts with a lock each.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>
#include <credence/stores/detail/record_table.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A bounded table of records, each with a key, a subject and an end: `Traits::key`, `Traits::subject` and
/// `Traits::end`. Expired records make room when the table is full. Changes exclude each other. A search for one record
/// that runs beside a change of several may find some of them changed and others not yet.
template <class Record, class Traits>
class ShardedRecords {
public:
    ShardedRecords(std::size_t most, Clock clock) : most_(most), clock_(std::move(clock)) {}

    /// `store_unavailable` if there is no room, or the key exists already.
    [[nodiscard]] Result<void> insert(const Record& record) {
        Room room{*this};
        if (!room.is_taken) return Error{Errc::store_unavailable, {}, "the store is full"};
        const std::uint64_t hash = hash_of(Traits::key(record));
        Shard& shard = shard_of(hash);
        const std::scoped_lock lock{shard.mutex};
        if (!shard.add(record, hash)) return known_already();
        room.is_used = true;
        return {};
    }

    /// A copy of the record with this key. Takes no lock, unless the records change all the time.
    [[nodiscard]] std::optional<Record> find(std::string_view key) const {
        const std::uint64_t hash = hash_of(key);
        const Shard& shard = shard_of(hash);
        std::optional<Record> found;
        if (shard.records.try_find(key, hash, found)) return found;
        const std::scoped_lock lock{shard.mutex};
        if (const Record* const record = shard.records.find(key, hash)) found.emplace(*record);
        return found;
    }

    /// Calls `change(record)` for the record with this key. \return false if it is not there.
    template <class Change>
    [[nodiscard]] bool change(std::string_view key, const Change& change) {
        const std::uint64_t hash = hash_of(key);
        Shard& shard = shard_of(hash);
        const std::scoped_lock lock{shard.mutex};
        const Record* const found = shard.records.find(key, hash);
        if (found == nullptr) return false;
        Record changed = *found;
        change(changed);
        shard.records.change(changed, hash);
        shard.first_end = (std::min)(shard.first_end, Traits::end(changed));
        return true;
    }

    /// Replaces the record with `old_key`. \return false if it does not exist.
    [[nodiscard]] Result<bool> replace(std::string_view old_key, const Record& record) {
        const auto locks = lock_all();
        const std::uint64_t old_hash = hash_of(old_key);
        const std::uint64_t hash = hash_of(Traits::key(record));
        if (shard_of(old_hash).records.find(old_key, old_hash) == nullptr) return false;
        if (!shard_of(hash).add(record, hash)) return known_already();
        static_cast<void>(shard_of(old_hash).drop(old_key, old_hash));
        return true;
    }

    [[nodiscard]] bool erase(std::string_view key) {
        const std::uint64_t hash = hash_of(key);
        Shard& shard = shard_of(hash);
        const std::scoped_lock lock{shard.mutex};
        if (!shard.drop(key, hash)) return false;
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
                const std::uint64_t hash = hash_of(key);
                const Record* const found = shard.records.find(key, hash);
                if (found == nullptr || Traits::subject(*found) != subject || !is_meant(*found)) continue;
                if (!shard.drop(key, hash)) continue;
                --count_;
                ++erased;
            }
        }
        return erased;
    }

    [[nodiscard]] std::vector<Record> of(std::string_view subject) const {
        std::vector<Record> records;
        for (const Shard& shard : shards_) {
            const std::scoped_lock lock{shard.mutex};
            for (const std::string& key : shard.keys_of(subject)) {
                const Record* const found = shard.records.find(key, hash_of(key));
                if (found != nullptr && Traits::subject(*found) == subject) records.push_back(*found);
            }
        }
        return records;
    }

private:
    [[nodiscard]] static Error known_already() { return {Errc::store_unavailable, {}, "the record exists already"}; }

    static constexpr std::size_t shard_count = 16;  // as many as 4 bits tell

    struct alignas(64) Shard {
        /// \return false if there is a record with this key.
        [[nodiscard]] bool add(const Record& record, std::uint64_t hash) {
            if (records.find(Traits::key(record), hash) != nullptr) return false;
            // The index first: if there is then no memory for the record, the key that stays in the index does no harm,
            // because each record is asked for its subject.
            subjects.try_emplace(std::string{Traits::subject(record)}).first->second.emplace(Traits::key(record));
            first_end = (std::min)(first_end, Traits::end(record));
            records.add(record, hash);
            return true;
        }

        /// \return whether there was a record with this key.
        [[nodiscard]] bool drop(std::string_view key, std::uint64_t hash) {
            const Record* const record = records.find(key, hash);
            if (record == nullptr) return false;
            forget_subject(*record);
            records.drop(key, hash);
            return true;
        }

        /// Takes a record that will be dropped out of the index.
        void forget_subject(const Record& record) {
            const auto subject = subjects.find(Traits::subject(record));
            if (subject == subjects.end()) return;
            if (const auto key = subject->second.find(Traits::key(record)); key != subject->second.end()) {
                subject->second.erase(key);
            }
            if (subject->second.empty()) subjects.erase(subject);
        }

        [[nodiscard]] std::vector<std::string> keys_of(std::string_view subject) const {
            const auto found = subjects.find(subject);
            if (found == subjects.end()) return {};
            return {found->second.begin(), found->second.end()};
        }

        mutable std::mutex mutex = {};  // for those who change records
        RecordTable<Record, Traits> records = {};
        // A tree, because an attacker could choose subjects that collide in a hash table.
        std::map<std::string, std::set<std::string, std::less<>>, std::less<>> subjects = {};
        NumericDate first_end = (NumericDate::max)();  // none expires before
    };

    [[nodiscard]] static std::uint64_t hash_of(std::string_view key) { return KeyedHash::of_process()(key); }
    /// The highest bits choose the part, because a table uses the lowest.
    [[nodiscard]] Shard& shard_of(std::uint64_t hash) { return shards_[static_cast<std::size_t>(hash >> 60)]; }
    [[nodiscard]] const Shard& shard_of(std::uint64_t hash) const {
        return shards_[static_cast<std::size_t>(hash >> 60)];
    }

    [[nodiscard]] std::array<std::unique_lock<std::mutex>, shard_count> lock_all() {
        std::array<std::unique_lock<std::mutex>, shard_count> locks;
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
        if (count_one()) return true;
        drop_ended();  // which may throw: nothing is counted meanwhile
        return count_one();
    }
    [[nodiscard]] bool count_one() noexcept {
        if (count_.fetch_add(1) < most_) return true;
        --count_;
        return false;
    }

    /// Scans all records of a part, but only if one of them may have expired since the last scan.
    void drop_ended() {
        const NumericDate moment = moment_of(clock_);
        for (Shard& shard : shards_) {
            const std::scoped_lock lock{shard.mutex};
            if (moment >= shard.first_end) drop_ended_of(shard, moment);
        }
    }
    void drop_ended_of(Shard& shard, NumericDate moment) {
        NumericDate first_end = (NumericDate::max)();
        const auto has_ended = [&](const Record& record) {
            const NumericDate end = Traits::end(record);
            if (end > moment) first_end = (std::min)(first_end, end);
            return end <= moment;
        };
        shard.records.drop_if(has_ended, [&](const Record& record) {
            shard.forget_subject(record);
            --count_;
        });
        shard.first_end = first_end;
    }

    const std::size_t most_;
    const Clock clock_;
    std::atomic<std::size_t> count_ = 0;
    std::array<Shard, shard_count> shards_ = {};
};

}  // namespace credence::detail
