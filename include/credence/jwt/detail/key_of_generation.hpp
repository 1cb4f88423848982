// SPDX-License-Identifier: MIT
// KeyOfGeneration: the key that a source with snapshots found for a header, for the generation that it was found in.
#pragma once

#include <credence/version.hpp>

#include <atomic>
#include <cstdint>

namespace credence::detail {

/// The key for one header, and the generation of the keys that it belongs to. Threads share one object. They write it
/// once in a generation, and otherwise only read it.
///
/// A key is valid while a snapshot of its generation exists, and the caller holds one: so the two must never be mixed
/// up. `store` marks the object as busy, writes the key, and then its generation, which only ever grows. `find` reads
/// the generation before and after the key. If a thread reads a key that belongs to another generation, it has
/// synchronised with the store that wrote the key, so its second look finds the object busy or a later generation.
/// Because generations only grow, it cannot find the first one again.
template <class Key>
class KeyOfGeneration {
public:
    KeyOfGeneration() = default;
    /// A copy has no key.
    KeyOfGeneration(const KeyOfGeneration&) noexcept {}
    KeyOfGeneration& operator=(const KeyOfGeneration&) = delete;
    ~KeyOfGeneration() = default;

    /// The key of this generation, from 1; null if it is not stored.
    [[nodiscard]] const Key* find(std::uint64_t generation) const noexcept {
        if (generation == busy || generation_.load(std::memory_order_acquire) != generation) return nullptr;
        const Key* const key = key_.load(std::memory_order_acquire);
        return generation_.load(std::memory_order_relaxed) == generation ? key : nullptr;
    }

    /// Stores the key of a generation, unless that of a later one is stored, or another thread stores one now.
    void store(std::uint64_t generation, const Key* key) noexcept {
        std::uint64_t present = generation_.load(std::memory_order_relaxed);
        if (present >= generation) return;  // busy is greater than all of them
        if (!generation_.compare_exchange_strong(present, busy, std::memory_order_acq_rel)) return;
        key_.store(key, std::memory_order_release);
        generation_.store(generation, std::memory_order_release);
    }

private:
    static constexpr std::uint64_t busy = ~std::uint64_t{0};

    std::atomic<std::uint64_t> generation_ = 0;
    std::atomic<const Key*> key_ = nullptr;
};

}  // namespace credence::detail
