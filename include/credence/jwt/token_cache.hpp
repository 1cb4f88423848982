// SPDX-License-Identifier: MIT
// A cache of tokens that were verified: off unless asked for, and never a way around a rule that time can change.
#pragma once

#include <credence/detail/openssl/secret_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// How many verified tokens a verifier remembers: `Verifier{keys, rules, {.cache = {.max_tokens = 10'000}}}`.
///
/// The signature of a token that comes again is then not checked again, which pays for public-key algorithms. Its
/// times, the checks of the application and revocation are looked at each time. Failures are never remembered. Each
/// verifier has its own cache, which holds nothing any more once the keys have rotated. Over a key source that is
/// neither static nor has snapshots nothing is remembered: such a source cannot tell that its keys changed. Remembered
/// tokens lie in memory, and are wiped when they are dropped.
struct TokenCache {
    std::size_t max_tokens = 0;          ///< Rounded up to a multiple of 64. 0: no cache.
    std::size_t max_token_bytes = 4096;  ///< Longer tokens are not remembered.
};

namespace detail {

/// A bounded map from whole tokens to what was proven by them, in shards that lock apart from each other.
///
/// \tparam Entry  has `token` (a `SecretBytes`) and `generation`, the one of the keys by which it was verified.
template <class Entry>
class ProofCache {
public:
    using EntryRef = std::shared_ptr<const Entry>;

    explicit ProofCache(TokenCache limits) : limits_(limits) {
        const std::size_t sets = (limits.max_tokens + shards_.size() * ways - 1) / (shards_.size() * ways);
        for (Shard& shard : shards_) shard.sets.resize((std::max)(sets, std::size_t{1}));
    }

    /// What was proven by exactly this token, with exactly these keys; null when nothing was.
    [[nodiscard]] EntryRef find(std::string_view token, std::uint64_t generation) const {
        if (!takes(token)) return nullptr;
        const std::size_t hash = hash_of(token);
        const Shard& shard = shards_[hash % shards_.size()];
        const std::lock_guard lock{shard.mutex};
        for (const EntryRef& entry : set_of(shard, hash).entries) {
            if (entry && entry->generation == generation &&
                equal_in_constant_time(as_text(entry->token.view()), token)) {
                return entry;
            }
        }
        return nullptr;
    }

    /// Whether a token of this length is remembered at all.
    [[nodiscard]] bool takes(std::string_view token) const noexcept {
        return token.size() >= tail && token.size() <= limits_.max_token_bytes;
    }

    /// Remembers an entry, in the place of one that is out of date, or else of the oldest of its few neighbours.
    void insert(EntryRef entry) {
        const std::size_t hash = hash_of(as_text(entry->token.view()));
        Shard& shard = shards_[hash % shards_.size()];
        EntryRef dropped;  // outlives the lock: wiping takes its time
        const std::lock_guard lock{shard.mutex};
        Set& set = set_of(shard, hash);
        const auto stale = std::find_if(set.entries.begin(), set.entries.end(), [&](const EntryRef& old) {
            return !old || old->generation != entry->generation;
        });
        EntryRef& place = stale != set.entries.end() ? *stale : set.entries[set.next++ % ways];
        dropped = std::exchange(place, std::move(entry));
    }

private:
    static constexpr std::size_t ways = 4;
    static constexpr std::size_t tail = 16;

    struct Set {
        std::array<EntryRef, ways> entries = {};
        std::size_t next = 0;
    };
    struct alignas(64) Shard {
        mutable std::mutex mutex;
        std::vector<Set> sets;
    };

    /// Chooses a place by the end of the signature, which is as good as random in every token that was verified. That
    /// is all it does: whether a token is the one remembered there is decided by all its bytes.
    [[nodiscard]] static std::size_t hash_of(std::string_view token) noexcept {
        std::array<std::uint64_t, 2> words{};
        std::memcpy(words.data(), token.data() + token.size() - tail, tail);
        std::uint64_t mixed = (words[0] ^ words[1] * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
        return static_cast<std::size_t>(mixed ^ mixed >> 32);
    }

    template <class AnyShard>
    [[nodiscard]] static auto& set_of(AnyShard& shard, std::size_t hash) noexcept {
        return shard.sets[(hash >> 8) % shard.sets.size()];
    }

    TokenCache limits_;
    std::array<Shard, 16> shards_;
};

}  // namespace detail
}  // namespace credence
