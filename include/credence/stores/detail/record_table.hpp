// SPDX-License-Identifier: MIT
// RecordTable: records by key, which many threads read without a lock while one at a time changes them.
#pragma once

#include <credence/detail/concurrency/reader_slots.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A hash table of records, for keys that `Traits::key(record)` returns.
///
/// A search begins at the place of the key's hash and ends at a free place; at most half of the places are taken. A
/// record never changes: a changed one is a new one in the same place. A record that is dropped leaves no gap: those
/// behind it move up. The table grows by a larger array of places; the smaller ones stay, as large as the current one
/// together, until the table is destroyed.
///
/// A reader holds a record by a slot, as `ReaderSlots` describes, so it writes only its own cache line. The address of
/// a record is published in a place of the current array: after the reader has announced it, both must be the same as
/// before. Then the record had not left the table before the announcement, and is destroyed only after the reader is
/// done.
///
/// A record that is found was therefore in the table during the search. If none is found, it may have moved from a
/// place that was still ahead to one behind. `moves_` counts the beginnings and ends of such moves: the search counts
/// only if there was none meanwhile.
///
/// Functions of the writer may not run at the same time.
template <class Record, class Traits>
class RecordTable {
    struct Entry : VersionUses {
        Entry(Record stored, std::uint64_t hash_of_key)
            : VersionUses{{1}, [](VersionUses* entry) noexcept { delete static_cast<Entry*>(entry); }},
              record(std::move(stored)),
              hash(hash_of_key) {}

        [[nodiscard]] bool is(std::string_view key) const noexcept { return Traits::key(record) == key; }

        const Record record;
        const std::uint64_t hash;
    };

public:
    RecordTable() = default;
    RecordTable(const RecordTable&) = delete;
    RecordTable& operator=(const RecordTable&) = delete;
    ~RecordTable() {
        for_each([](Entry* entry) { delete entry; });  // no reader is left
    }

    /// Finds a record. Any thread may call it, at any time, and never waits.
    ///
    /// \return false if the answer is not known: the table changes all the time, or all slots are taken. The caller
    ///         then looks as a writer.
    [[nodiscard]] bool try_find(std::string_view key, std::uint64_t hash, std::optional<Record>& found) const {
        constexpr int attempts = 8;
        for (int attempt = 0; attempt < attempts; ++attempt) {
            const std::uint64_t moves = moves_.load();
            VersionHold<Entry> held;
            const Search search = hold(key, hash, held);
            if (search == Search::found) {
                found.emplace(held->record);
                return true;
            }
            if (search == Search::ended && moves % 2 == 0 && moves_.load() == moves) return true;
        }
        return false;
    }

    /// The record with this key, or null; it lives until the next change. For the writer.
    [[nodiscard]] const Record* find(std::string_view key, std::uint64_t hash) const noexcept {
        const Place* const place = place_of(key, hash);
        return place == nullptr ? nullptr : &place->entry.load()->record;
    }

    /// Adds a record whose key is not there yet. For the writer.
    void add(const Record& record, std::uint64_t hash) {
        auto entry = std::make_unique<Entry>(record, hash);
        if (2 * (count_ + 1) > capacity()) grow();
        current().put(entry.release());
        ++count_;
    }

    /// Replaces a record that is there by one with the same key. For the writer.
    void change(const Record& record, std::uint64_t hash) {
        auto entry = std::make_unique<Entry>(record, hash);
        retire(place_of(Traits::key(record), hash)->entry.exchange(entry.release()));
    }

    /// Drops a record that is there. For the writer.
    void drop(std::string_view key, std::uint64_t hash) noexcept { retire(take(place_of(key, hash))); }

    /// Drops the records for which `is_over(record)` holds, each after `on_drop(record)`. For the writer.
    template <class IsOver, class OnDrop>
    void drop_if(const IsOver& is_over, const OnDrop& on_drop) {
        std::vector<VersionUses*> dropped;
        for_each([&](Entry* entry) {
            if (is_over(entry->record)) dropped.push_back(entry);
        });
        for (const VersionUses* const head : dropped) {
            const Entry& entry = *static_cast<const Entry*>(head);
            on_drop(entry.record);
            static_cast<void>(take(place_of(Traits::key(entry.record), entry.hash)));
        }
        slots_.retire(dropped);
    }

private:
    struct Place {
        std::atomic<Entry*> entry = nullptr;
        /// Bits of the hash. A search that reads the tag of a record that moved up later also sees that `moves_` was
        /// raised.
        std::atomic<std::uint32_t> tag = 0;
    };

    struct Places {
        explicit Places(std::size_t size) : list(size) {}

        [[nodiscard]] std::size_t mask() const noexcept { return list.size() - 1; }
        [[nodiscard]] std::size_t first(std::uint64_t hash) const noexcept {
            return static_cast<std::size_t>(hash) & mask();
        }
        /// The number of steps from one place to another.
        [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const noexcept {
            return (to + list.size() - from) & mask();
        }
        void put(Entry* entry) noexcept {
            std::size_t at = first(entry->hash);
            while (list[at].entry.load() != nullptr) at = (at + 1) & mask();
            set(at, entry);
        }
        void set(std::size_t at, Entry* entry) noexcept {
            list[at].tag.store(tag_of(entry->hash), std::memory_order_release);
            list[at].entry.store(entry);
        }

        std::vector<Place> list;  ///< a power of two
    };

    enum class Search : std::uint8_t {
        found,
        ended,      ///< without a record, which counts only if none moved meanwhile
        disturbed,  ///< by a change
    };

    [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    [[nodiscard]] Places& current() const noexcept { return *places_.load(); }
    [[nodiscard]] std::size_t capacity() const noexcept {
        const Places* const places = places_.load();
        return places == nullptr ? 0 : places->list.size();
    }

    /// Searches once, and holds the record that is found.
    [[nodiscard]] Search hold(std::string_view key, std::uint64_t hash, VersionHold<Entry>& held) const noexcept {
        const Places* const places = places_.load();
        if (places == nullptr) return Search::ended;
        std::size_t at = places->first(hash);
        for (std::size_t step = 0; step < places->list.size(); ++step, at = (at + 1) & places->mask()) {
            const Place& place = places->list[at];
            Entry* const entry = place.entry.load();
            if (entry == nullptr) return Search::ended;
            if (place.tag.load(std::memory_order_acquire) != tag_of(hash)) continue;
            ReaderSlots::Slot* const slot = slots_.take(entry);
            if (slot == nullptr) return Search::disturbed;
            held = {entry, slot};
            if (place.entry.load() != entry || places_.load() != places) return Search::disturbed;
            if (held->is(key)) return Search::found;
        }
        return Search::disturbed;
    }

    [[nodiscard]] Place* place_of(std::string_view key, std::uint64_t hash) const noexcept {
        Places* const places = places_.load();
        if (places == nullptr) return nullptr;
        for (std::size_t at = places->first(hash);; at = (at + 1) & places->mask()) {
            Place& place = places->list[at];
            const Entry* const entry = place.entry.load();
            if (entry == nullptr) return nullptr;
            if (entry->hash == hash && entry->is(key)) return &place;
        }
    }

    /// Takes the record out of a place, and moves those behind it up. The caller retires it.
    [[nodiscard]] Entry* take(Place* place) noexcept {
        Places& places = current();
        Entry* const taken = place->entry.load();
        moves_.fetch_add(1);
        auto hole = static_cast<std::size_t>(place - places.list.data());
        std::size_t next = hole;
        for (;;) {
            next = (next + 1) & places.mask();
            Entry* const entry = places.list[next].entry.load();
            if (entry == nullptr) break;
            if (places.distance(places.first(entry->hash), next) < places.distance(hole, next))
                continue;  // its search begins behind the hole
            places.set(hole, entry);
            hole = next;
        }
        places.list[hole].entry.store(nullptr);
        moves_.fetch_add(1);
        --count_;
        return taken;
    }

    void grow() {
        constexpr std::size_t smallest = 16;
        auto next = std::make_unique<Places>(capacity() == 0 ? smallest : 2 * capacity());
        all_places_.reserve(all_places_.size() + 1);
        for_each([&](Entry* entry) { next->put(entry); });
        moves_.fetch_add(1);
        places_.store(next.get());
        moves_.fetch_add(1);
        all_places_.push_back(std::move(next));
    }

    template <class Visit>
    void for_each(const Visit& visit) const {
        const Places* const places = places_.load();
        if (places == nullptr) return;
        for (const Place& place : places->list) {
            if (Entry* const entry = place.entry.load()) visit(entry);
        }
    }

    void retire(VersionUses* entry) noexcept { slots_.retire({&entry, 1}); }

    std::atomic<Places*> places_ = nullptr;
    std::atomic<std::uint64_t> moves_ = 0;
    std::vector<std::unique_ptr<Places>> all_places_ = {};  ///< the current one is the last
    std::size_t count_ = 0;
    /// The slots of the shared object that made the table, whichever object reads it; see `SnapshotCell`.
    ReaderSlots& slots_ = ReaderSlots::of_keys();
};

}  // namespace credence::detail
