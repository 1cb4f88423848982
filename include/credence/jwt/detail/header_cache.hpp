// SPDX-License-Identifier: MIT
// Caches the headers that a verifier has accepted: an issuer's header repeats, and comparing it is cheaper than reading
// it.
#pragma once

#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/shared_header.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace credence::detail {

/// A header segment, as in the token, and its contents.
template <class KeyRef>
struct CachedHeader {
    std::string segment;
    std::size_t signature_size;  ///< of that token, encoded; another token's may differ
    TokenHeader header;
    const VerifiedHeader* shared;  ///< see `static_header`
    mutable KeyRef key;            ///< replaced when the keys rotate
};

/// The headers of a verifier's tokens, each written once and never changed: reading takes no lock. Only the headers of
/// tokens whose signature held are stored, so that only a signer can fill it.
///
/// The first four are compared one by one: most verifiers never see more. Further ones (more issuers, rotated keys) go
/// into a hash table, which is allocated when it is needed. It is bounded. A header whose places in the table are taken
/// is not cached, and nothing is replaced, because a reader may hold any entry.
template <class KeyRef>
class HeaderCache {
public:
    using Entry = CachedHeader<KeyRef>;

    /// The most headers that can be cached.
    static constexpr std::size_t capacity = 4 + 1024;

    HeaderCache() = default;
    HeaderCache(const HeaderCache&) = delete;
    HeaderCache& operator=(const HeaderCache&) = delete;
    ~HeaderCache() {
        for (auto& slot : first_) delete slot.load(std::memory_order_relaxed);
        if (const Table* table = table_.load(std::memory_order_relaxed)) {
            for (auto& slot : *table) delete slot.load(std::memory_order_relaxed);
            delete table;
        }
    }

    /// The cached header that `token` starts with, followed by a dot; null if there is none.
    [[nodiscard]] const Entry* find(std::string_view token) const noexcept { return find(token.data(), token.size()); }
    /// The same for a token in two parts, which registers hold: a view is copied through memory.
    [[nodiscard]] const Entry* find(const char* text, std::size_t size) const noexcept {
        for (const Slot& slot : first_) {
            const Entry* entry = slot.load(std::memory_order_acquire);
            if (entry == nullptr) return nullptr;
            const std::string& segment = entry->segment;
            if (size > segment.size() && text[segment.size()] == '.' &&
                std::memcmp(text, segment.data(), segment.size()) == 0)
                return entry;
        }
        return find_later({text, size});
    }

    /// The same among those that are not compared one by one.
    [[nodiscard]] const Entry* find_later(std::string_view token) const noexcept {
        const Table* table = table_.load(std::memory_order_acquire);
        if (table == nullptr) return nullptr;
        const std::string_view segment = token.substr(0, token.substr(0, longest + 1).find('.'));
        return segment.size() <= longest && segment.size() < token.size() ? find_in(*table, segment) : nullptr;
    }

    /// Stores a header, unless it is cached already, its places are taken, or it is unusually long.
    void insert(std::string_view segment, std::size_t signature_size, const TokenHeader& header, KeyRef key) {
        if (segment.size() > longest) return;
        std::unique_ptr<const Entry> entry;
        const auto make_entry = [&] {
            if (entry == nullptr) {
                entry = std::make_unique<const Entry>(
                    Entry{std::string{segment}, signature_size, header, static_header(segment, header.header), key});
            }
        };
        const auto store = [&](Slot& slot) {
            if (slot.load(std::memory_order_acquire) == nullptr) make_entry();
            return holds(slot, segment, entry);
        };
        if (std::any_of(first_.begin(), first_.end(), store)) return;
        Table& table = table_or_new();
        const std::size_t hash = std::hash<std::string_view>{}(segment);
        for (std::size_t probe = 0; probe < probes && !store(table[(hash + probe) % table.size()]);) ++probe;
    }

private:
    using Slot = std::atomic<const Entry*>;
    using Table = std::array<Slot, capacity - 4>;

    /// Stores `entry` if the slot is free. Returns whether the slot then has an entry of this segment.
    [[nodiscard]] static bool holds(Slot& slot, std::string_view segment,
                                    std::unique_ptr<const Entry>& entry) noexcept {
        const Entry* present = slot.load(std::memory_order_acquire);
        if (present == nullptr && slot.compare_exchange_strong(present, entry.get(), std::memory_order_acq_rel)) {
            static_cast<void>(entry.release());
            return true;
        }
        return present->segment == segment;
    }

    [[nodiscard]] static const Entry* find_in(const Table& table, std::string_view segment) noexcept {
        const std::size_t hash = std::hash<std::string_view>{}(segment);
        for (std::size_t probe = 0; probe < probes; ++probe) {
            const Entry* entry = table[(hash + probe) % table.size()].load(std::memory_order_acquire);
            if (entry == nullptr) return nullptr;
            if (entry->segment == segment) return entry;
        }
        return nullptr;
    }

    [[nodiscard]] Table& table_or_new() {
        Table* present = table_.load(std::memory_order_acquire);
        if (present != nullptr) return *present;
        auto table = std::make_unique<Table>();
        if (table_.compare_exchange_strong(present, table.get(), std::memory_order_acq_rel)) return *table.release();
        return *present;
    }

    static constexpr std::size_t longest = 512;
    static constexpr std::size_t probes = 8;

    std::array<Slot, 4> first_{};
    std::atomic<Table*> table_ = nullptr;
};

}  // namespace credence::detail
