// SPDX-License-Identifier: MIT
// Headers that a verifier has accepted before: the same issuer's header repeats, and comparing it is cheaper than
// reading.
#pragma once

#include <credence/jwt/header.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/shared_header.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// A header segment, as in the token, and its contents.
template <class KeyRef>
struct CachedHeader {
    std::string segment;
    std::size_t signature_size;  ///< of that token, as text; another token's may be of another
    TokenHeader header;
    const VerifiedHeader* shared;  ///< see `static_header`
    KeyRef key;
};

/// A few headers, each written once and never changed: reading takes no lock. Only the headers of
/// tokens whose signature held are stored, so that only a signer can fill it. One verifier's own; bounded.
template <class KeyRef>
class HeaderCache {
public:
    using Entry = CachedHeader<KeyRef>;

    HeaderCache() = default;
    HeaderCache(const HeaderCache&) = delete;
    HeaderCache& operator=(const HeaderCache&) = delete;
    ~HeaderCache() {
        for (auto& slot : slots_) delete slot.load(std::memory_order_relaxed);
    }

    /// The cached header that `token` starts with, followed by a dot; null when there is none.
    [[nodiscard]] const Entry* find(std::string_view token) const noexcept {
        for (const auto& slot : slots_) {
            const Entry* entry = slot.load(std::memory_order_acquire);
            if (entry == nullptr) return nullptr;
            const std::string& segment = entry->segment;
            if (token.size() > segment.size() && token[segment.size()] == '.' && token.starts_with(segment))
                return entry;
        }
        return nullptr;
    }

    /// Whether there is room for another.
    [[nodiscard]] bool has_room() const noexcept { return slots_.back().load(std::memory_order_relaxed) == nullptr; }

    /// Stores a header in the first free slot, unless it is cached already or unusually long.
    void insert(std::string_view segment, std::size_t signature_size, const TokenHeader& header, KeyRef key) {
        if (segment.size() > longest || is_known(segment)) return;
        auto entry = std::make_unique<Entry>(
            Entry{std::string{segment}, signature_size, header, static_header(segment, header.header), std::move(key)});
        for (auto& slot : slots_) {
            Entry* present = nullptr;
            if (slot.compare_exchange_strong(present, entry.get(), std::memory_order_acq_rel)) {
                static_cast<void>(entry.release());
                return;
            }
            if (present->segment == segment) return;
        }
    }

private:
    [[nodiscard]] bool is_known(std::string_view segment) const noexcept {
        return std::any_of(slots_.begin(), slots_.end(), [&](const auto& slot) {
            const Entry* entry = slot.load(std::memory_order_acquire);
            return entry != nullptr && entry->segment == segment;
        });
    }

    static constexpr std::size_t longest = 512;

    std::array<std::atomic<Entry*>, 4> slots_{};
};

}  // namespace credence::detail
