// SPDX-License-Identifier: MIT
// ProofCache: finds tokens that were verified before, and their proofs, without a lock.
#pragma once

#include <credence/clock.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/token_cache.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/detail/concurrency/reader_slots.hpp>
#include <credence/detail/encoding/keyed_hash.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwt/detail/claim_index.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// Whether a verifier with this key source may cache proofs: it must notice when the keys change.
template <class Source>
inline constexpr bool may_cache_proofs = Source::is_static || SnapshotKeySource<Source>;

/// The generation of a source's keys, if they can rotate; a fixed source has only one.
template <class Source>
[[nodiscard]] std::uint64_t generation_of(const Source& source) noexcept {
    if constexpr (requires { KeyAccess::generation(source); }) {
        return KeyAccess::generation(source);  // does not keep the keys alive
    } else if constexpr (SnapshotKeySource<Source>) {
        return source.snapshot().generation();
    } else {
        return 0;
    }
}

/// A verified token, and the values that are checked again at each use.
struct KnownToken {
    SecretBytes token;
    TokenDates dates;
    std::optional<TokenIdentity> identity;
    std::string confirmation;  // `cnf`; empty if the token has none
    std::uint64_t generation;
};

/// A bounded map from whole tokens to their proofs.
///
/// Entries are in sets of four. Each set has a lock for writers. A reader takes no lock: it holds an entry by a slot,
/// as `ReaderSlots` describes, and so writes only its own cache line. A set publishes its entries in `entries`; a
/// thread that removes or replaces one does so under the set's lock, and retires it afterwards. So each entry is
/// published once, in one place, and retired by one thread. Tags and ends are hints: a wrong one costs a verification
/// or a place, but never gives a wrong answer, because a reader compares the generation and all bytes of the token in
/// the entry that it holds.
///
/// \tparam Entry  derives from `VersionUses`; has `token` (a `SecretBytes`), and `generation`, that of the keys that
///                verified it.
template <class Entry>
class ProofCache {
public:
    using Hold = VersionHold<Entry>;

    explicit ProofCache(TokenCache limits)
        : limits_(limits),
          set_count_(std::clamp(limits.max_tokens / ways + (limits.max_tokens % ways != 0 ? 1 : 0), std::size_t{1},
                                most_sets)),
          sets_(std::make_unique<Set[]>(set_count_)) {}
    ProofCache(const ProofCache&) = delete;
    ProofCache& operator=(const ProofCache&) = delete;
    /// An entry may outlive the cache, as long as a proof holds it.
    ~ProofCache() { clear(); }

    /// The entry of exactly this token, verified with exactly these keys. Empty if there is none, or if this thread
    /// already holds an entry in every slot of its line.
    [[nodiscard]] Hold find(std::string_view token, std::uint64_t generation) const noexcept {
        if (!takes(token)) return {};
        const Place place = place_of(token);
        const Set& set = sets_[place.set];
        for (std::size_t way = 0; way < ways; ++way) {
            if (set.tags[way].load(std::memory_order_relaxed) != place.tag) continue;
            Hold held = hold(set.entries[way]);
            if (held && held->generation == generation && equal_in_constant_time(as_text(held->token.view()), token)) {
                return held;
            }
        }
        return {};
    }

    /// Whether a token of this length is cached at all.
    [[nodiscard]] bool takes(std::string_view token) const noexcept {
        return token.size() >= tail && token.size() <= limits_.max_token_bytes;
    }

    /// Whether to cache a token that was just verified: there is room, or it was seen before. Otherwise it is recorded
    /// as seen.
    [[nodiscard]] bool wants(std::string_view token, std::uint64_t generation, NumericDate now) {
        if (!takes(token)) return false;
        const Place place = place_of(token);
        Set& set = sets_[place.set];
        Dropped dropped{slots_};
        const std::lock_guard lock{set.mutex};
        set.drop_stale(dropped, generation, seconds_of(now));
        return set.has_room() || set.saw_before(place.tag);
    }

    /// Stores an entry: in place of an earlier one for the same token, in a free place, or else in one of the few
    /// places that its hash allows.
    ///
    /// \param until  the time from which the entry is useless; unset: never.
    void insert(std::unique_ptr<Entry> entry, NumericDate now, std::optional<NumericDate> until) {
        const Place place = place_of(as_text(entry->token.view()));
        const std::uint64_t generation = entry->generation;
        {
            Set& set = sets_[place.set];
            Dropped dropped{slots_};
            const std::lock_guard lock{set.mutex};
            set.drop_stale(dropped, generation, seconds_of(now));
            const std::size_t way = set.way_for(place);
            if (Entry* const old = set.take(way)) {
                set.note_seen(set.tags[way].load(std::memory_order_relaxed));
                dropped.add(old);
            }
            set.put(way, place.tag, until ? seconds_of(*until) : never, entry.release());
        }
        sweep(generation, now);
    }

    /// Removes an entry, if it is still there.
    void drop(const Entry& entry) noexcept {
        Set& set = sets_[place_of(as_text(entry.token.view())).set];
        Dropped dropped{slots_};
        const std::lock_guard lock{set.mutex};
        for (std::size_t way = 0; way < ways; ++way) {
            if (set.entries[way].load() == &entry) dropped.add(set.take(way));
        }
    }

    /// Removes all entries.
    void clear() noexcept {
        for (std::size_t at = 0; at < set_count_; ++at) {
            Dropped dropped{slots_};
            const std::lock_guard lock{sets_[at].mutex};
            for (std::size_t way = 0; way < ways; ++way) dropped.add(sets_[at].take(way));
        }
    }

private:
    static constexpr std::size_t ways = 4;
    static constexpr std::size_t tail = 16;
    static constexpr std::size_t most_sets = std::size_t{1} << 31U;
    static constexpr std::uint32_t never = (std::numeric_limits<std::uint32_t>::max)();

    /// The set of a token, and the tag that distinguishes it from others in the set.
    struct Place {
        std::size_t set;
        std::uint32_t tag;
    };

    /// Entries that were removed from a set. They are retired after the set is unlocked, because wiping takes time.
    class Dropped {
    public:
        explicit Dropped(ReaderSlots& readers) noexcept : slots_(readers) {}
        Dropped(const Dropped&) = delete;
        Dropped& operator=(const Dropped&) = delete;
        ~Dropped() { slots_.retire({entries_.data(), count_}); }

        void add(Entry* entry) noexcept {
            if (entry != nullptr) entries_[count_++] = entry;
        }

    private:
        ReaderSlots& slots_;
        std::array<VersionUses*, ways> entries_{};
        std::size_t count_ = 0;
    };

    /// Two pairs of cache lines: readers use the first, writers the second.
    struct alignas(128) Set {
        std::array<std::atomic<Entry*>, ways> entries{};
        std::array<std::atomic<std::uint32_t>, ways> tags{};
        std::array<std::uint32_t, ways> ends{};  ///< in seconds since 1970, or `never`
        std::mutex mutex;
        std::uint64_t generation = 0;            ///< of all entries
        std::array<std::uint32_t, ways> seen{};  ///< tags that were refused a place, the latest first

        [[nodiscard]] bool has_room() const noexcept {
            return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry == nullptr; });
        }

        /// Removes expired entries, and all entries if the keys are not those of the set.
        void drop_stale(Dropped& dropped, std::uint64_t current, std::uint32_t now) noexcept {
            const bool have_keys_changed = generation != current;
            generation = current;
            for (std::size_t way = 0; way < ways; ++way) {
                if (have_keys_changed || (ends[way] <= now && ends[way] != never)) dropped.add(take(way));
            }
        }

        /// Whether a tag was refused a place recently. If not, records it.
        [[nodiscard]] bool saw_before(std::uint32_t tag) noexcept {
            if (std::find(seen.begin(), seen.end(), tag) != seen.end()) return true;
            note_seen(tag);
            return false;
        }
        void note_seen(std::uint32_t tag) noexcept {
            std::shift_right(seen.begin(), seen.end(), 1);
            seen.front() = tag;
        }

        /// The place for a new entry: that of one with the same tag, a free one, or one chosen by a secret hash.
        [[nodiscard]] std::size_t way_for(Place place) const noexcept {
            for (std::size_t way = 0; way < ways; ++way) {
                if (entries[way] != nullptr && tags[way].load(std::memory_order_relaxed) == place.tag) return way;
            }
            for (std::size_t way = 0; way < ways; ++way) {
                if (entries[way] == nullptr) return way;
            }
            return place.tag % ways;
        }

        [[nodiscard]] Entry* take(std::size_t way) noexcept { return entries[way].exchange(nullptr); }
        void put(std::size_t way, std::uint32_t tag, std::uint32_t end, Entry* entry) noexcept {
            tags[way].store(tag, std::memory_order_relaxed);
            ends[way] = end;
            entries[way].store(entry);
        }
    };

    /// Holds the entry of a place, unless it is being replaced at this moment.
    [[nodiscard]] Hold hold(const std::atomic<Entry*>& place) const noexcept {
        Entry* const entry = place.load();
        if (entry == nullptr) return {};
        ReaderSlots::Slot* const slot = slots_.take_own(entry);
        if (slot == nullptr) return {};
        Hold held{entry, slot};
        return place.load() == entry ? std::move(held) : Hold{};
    }

    /// Each new entry also removes the expired entries of one more set, in turn.
    void sweep(std::uint64_t generation, NumericDate now) noexcept {
        Set& set = sets_[static_cast<std::size_t>(hand_.fetch_add(1, std::memory_order_relaxed) % set_count_)];
        Dropped dropped{slots_};
        const std::lock_guard lock{set.mutex};
        set.drop_stale(dropped, generation, seconds_of(now));
    }

    /// Hashes the end of the signature, which is as good as random in a verified token, and a secret of this process.
    /// The hash only selects places: whether the token is the cached one is decided by all of its bytes.
    [[nodiscard]] std::uint64_t hash_of(std::string_view token) const noexcept {
        std::array<std::uint64_t, 2> words{};
        std::memcpy(words.data(), token.data() + token.size() - tail, tail);
        std::uint64_t mixed = (words[0] ^ seeds_[0]) * 0x9e3779b97f4a7c15;
        mixed = (mixed ^ mixed >> 32U ^ words[1] ^ seeds_[1]) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ mixed >> 29U) * 0x94d049bb133111eb;
        return mixed ^ mixed >> 32U;
    }
    [[nodiscard]] Place place_of(std::string_view token) const noexcept {
        const std::uint64_t hash = hash_of(token);
        return {static_cast<std::size_t>((hash >> 32U) * set_count_ >> 32U), static_cast<std::uint32_t>(hash & never)};
    }

    /// Seconds since 1970, limited to 32 bits: 0 before 1970, the last value from 2106 on.
    [[nodiscard]] static std::uint32_t seconds_of(NumericDate date) noexcept {
        const std::int64_t count = date.time_since_epoch().count();
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, std::int64_t{never} - 1));
    }

    const TokenCache limits_;
    const std::uint64_t set_count_;
    const std::array<std::uint64_t, 2> seeds_{KeyedHash::of_process()("set"), KeyedHash::of_process()("tag")};
    const std::unique_ptr<Set[]> sets_;
    /// The slots of the shared object that made the cache, whichever object reads it; see `SnapshotCell`.
    ReaderSlots& slots_ = ReaderSlots::of_proofs();
    std::atomic<std::size_t> hand_ = 0;
};

}  // namespace credence::detail
