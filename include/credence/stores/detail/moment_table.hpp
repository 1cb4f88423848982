// SPDX-License-Identifier: MIT
// MomentTable: times by name, which many threads read without a lock while one at a time adds to them.
#pragma once

#include <credence/clock.hpp>
#include <credence/detail/concurrency/snapshot_cell.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>

#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// A name in a `MomentTable`. Strangers choose some of these texts, so their hash has a secret key.
struct MomentName {
    std::uint64_t kind = 0;  ///< names of different kinds are different
    std::string_view issuer = {};
    std::string_view text = {};

    [[nodiscard]] std::uint64_t hash() const { return hash(hash_of(issuer)); }
    /// The same, if the issuer's hash is known. The highest bit is set.
    [[nodiscard]] std::uint64_t hash(std::uint64_t of_issuer) const {
        return (hash_of(text) ^ std::rotl(of_issuer, 32) ^ kind) | std::uint64_t{1} << 63;
    }

    [[nodiscard]] static std::uint64_t hash_of(std::string_view part) { return KeyedHash::of_process()(part); }
};

/// Times by name.
///
/// A reader takes a snapshot of the table, as `SnapshotCell` says, and looks at the places from that of the hash on, up
/// to a free one. It compares tags, of two bytes of the hash each, in an array of their own. Looking up an absent name
/// usually costs one cache line of that array, which is so small that a processor keeps that of a million names near.
///
/// A writer, one at a time, adds an entry to the table that readers use: first the entry, then its tag, by which a
/// reader finds it, with release and acquire. So a reader sees a whole entry or none. A time is an atomic of its own.
/// An entry never leaves its table, and a place never becomes free: a table that must grow or drop entries is replaced
/// as a whole. Tables that grew share their entries, which outlive the last of them.
class MomentTable {
public:
    using Moment = std::optional<NumericDate>;

    /// The times of two names, if they are present. Any thread may call it, at any time. It takes one snapshot, and the
    /// processor loads both places at once.
    [[nodiscard]] std::pair<Moment, Moment> find(MomentName first, MomentName second) const {
        const auto table = tables_.load();
        if (!table) return {};
        const std::uint64_t of_issuer = MomentName::hash_of(first.issuer);
        const std::uint64_t first_hash = first.hash(of_issuer);
        const std::uint64_t second_hash =
            second.hash(second.issuer == first.issuer ? of_issuer : MomentName::hash_of(second.issuer));
        return {(*table)->moment_of(first, first_hash), (*table)->moment_of(second, second_hash)};
    }

    /// The number of names. For the writer.
    [[nodiscard]] std::size_t size() const noexcept { return table_ == nullptr ? 0 : table_->entries->size(); }

    /// Moves a name's time forward, never back. For the writer. \return false if the name is not there.
    [[nodiscard]] bool advance(MomentName name, NumericDate moment) {
        Entry* const entry = table_ == nullptr ? nullptr : table_->find(name, name.hash());
        if (entry == nullptr) return false;
        if (entry->now() < moment) entry->moment.store(moment.time_since_epoch().count(), std::memory_order_relaxed);
        return true;
    }

    /// Adds a name that is not there yet. For the writer.
    void add(MomentName name, NumericDate moment) {
        if (table_ == nullptr || 2 * (table_->entries->size() + 1) > table_->tags.size()) grow();
        Entry& entry = table_->entries->emplace_back(name, moment);
        table_->publish(entry);
    }

    /// Drops the names for which `is_over(kind, moment)` holds. For the writer.
    template <class IsOver>
    void forget_if(const IsOver& is_over) {
        if (table_ == nullptr) return;
        auto next = std::make_shared<Table>(table_->tags.size(), std::make_shared<std::deque<Entry>>());
        for (const Entry& entry : *table_->entries) {
            if (is_over(entry.kind, entry.now())) continue;
            next->publish(next->entries->emplace_back(MomentName{entry.kind, entry.issuer, entry.text}, entry.now()));
        }
        replace(std::move(next));
    }

private:
    struct Entry {
        Entry(MomentName name, NumericDate moment_of_name)
            : hash(name.hash()),
              kind(name.kind),
              issuer(name.issuer),
              text(name.text),
              moment(moment_of_name.time_since_epoch().count()) {}

        [[nodiscard]] bool is(MomentName name) const noexcept {
            return text == name.text && issuer == name.issuer && kind == name.kind;
        }

        [[nodiscard]] NumericDate now() const noexcept {
            return NumericDate{std::chrono::seconds{moment.load(std::memory_order_relaxed)}};
        }

        const std::uint64_t hash;
        const std::uint64_t kind;
        const std::string issuer;
        const std::string text;
        std::atomic<std::int64_t> moment;  ///< in seconds of Unix time
    };

    /// At most half full, so that a search soon reaches a free place.
    struct Table {
        Table(std::size_t size, std::shared_ptr<std::deque<Entry>> shared)
            : tags(size), places(size), entries(std::move(shared)) {}

        [[nodiscard]] Entry* find(MomentName name, std::uint64_t hash) const noexcept {
            for (std::size_t at = first_place(hash);; at = (at + 1) & mask()) {
                const std::uint16_t tag = tags[at].load(std::memory_order_acquire);
                if (tag == 0) return nullptr;
                if (tag != tag_of(hash)) continue;
                Entry* const entry = places[at].load(std::memory_order_relaxed);
                if (entry->hash == hash && entry->is(name)) return entry;
            }
        }
        [[nodiscard]] Moment moment_of(MomentName name, std::uint64_t hash) const noexcept {
            const Entry* const entry = find(name, hash);
            return entry == nullptr ? Moment{} : entry->now();
        }
        void publish(Entry& entry) noexcept {
            std::size_t at = first_place(entry.hash);
            while (tags[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & mask();
            places[at].store(&entry, std::memory_order_relaxed);
            tags[at].store(tag_of(entry.hash), std::memory_order_release);
        }
        [[nodiscard]] std::size_t first_place(std::uint64_t hash) const noexcept {
            return static_cast<std::size_t>(hash) & mask();
        }
        /// The highest bits of a hash. Never zero: that marks a free place.
        [[nodiscard]] static std::uint16_t tag_of(std::uint64_t hash) noexcept {
            return static_cast<std::uint16_t>(hash >> 48);
        }
        [[nodiscard]] std::size_t mask() const noexcept { return tags.size() - 1; }

        std::vector<std::atomic<std::uint16_t>> tags;  ///< a power of two
        std::vector<std::atomic<Entry*>> places;
        std::shared_ptr<std::deque<Entry>> entries;
    };

    void grow() {
        constexpr std::size_t smallest = 64;
        if (table_ == nullptr) {
            replace(std::make_shared<Table>(smallest, std::make_shared<std::deque<Entry>>()));
            return;
        }
        auto next = std::make_shared<Table>(2 * table_->tags.size(), table_->entries);
        for (Entry& entry : *next->entries) next->publish(entry);
        replace(std::move(next));
    }

    void replace(std::shared_ptr<Table> next) {
        Table* const current = next.get();
        tables_.store(std::move(next));  // if memory runs out, the table stays as it was
        table_ = current;
    }

    SnapshotCell<std::shared_ptr<Table>> tables_;
    Table* table_ = nullptr;  ///< the current table, for the writer
};

}  // namespace credence::detail
