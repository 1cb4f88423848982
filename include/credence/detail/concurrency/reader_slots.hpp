// SPDX-License-Identifier: MIT
// ReaderSlots and VersionHold: shared objects that are read without a lock. A reader writes only a cache line of its
// own, and a replaced object is destroyed as soon as its last reader is done.
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace credence::detail {

/// The head of a version, the same for all types. By the time a reader looks again, the address that it announced may
/// belong to another version, and releasing the slot then gives back a use of that one.
struct VersionUses {
    std::atomic<std::size_t> uses;  ///< one for the owner; readers count only once the version is replaced
    void (*destroy)(VersionUses*) noexcept;
};

/// Where threads announce what they are reading: hazard pointers (M. Michael, "Hazard Pointers", 2004).
///
/// Each thread begins its search for a free slot at a line of its own, so up to 256 threads do not share lines. That
/// only affects speed: a slot is taken by compare-and-swap, so any thread may use any slot, and may release a slot that
/// another thread took.
///
/// Reading a version: load its address from where it is published, `take` a slot for it, and load the address again;
/// use the version only if the address has not changed. Replacing it: publish the next address, then `retire` the
/// version. All four operations are sequentially consistent.
///
/// Why a reader never sees a destroyed version: the four operations have one order. If the second load still found the
/// old address, it precedes the replacement. The announcement precedes that load, and the replacement precedes the scan
/// of the slots. So `retire` sees the announcement, and marks it. Releasing a marked slot gives back one use of the
/// version, and the last use destroys it. So the version is destroyed after its readers are done, and nothing else
/// keeps it alive. A reader whose second load failed releases its slot in the same way and never looks into the
/// version. If a new version gets the address of a destroyed one meanwhile, an announcement of that address protects
/// the new version, and the same argument holds for it, wherever it is published.
///
/// Why scanning `lines_in_use_` lines is enough: a thread raises that number above its line's before it announces
/// anything there. If `retire` reads a number that is too low for a line, then the raise, the announcement and the
/// second load follow the replacement in the one order, and that load fails.
///
/// Why this also orders memory: a slot is released by an atomic exchange, and taken by an atomic compare-and-swap, so
/// the thread that destroys a version has synchronised with every thread that read it.
///
/// If a process forks while another thread reads, the version of that thread stays in the child for ever.
class ReaderSlots {
public:
    using Slot = std::atomic<std::uintptr_t>;

    /// Takes a free slot and announces a version in it. \return null if all slots are taken.
    [[nodiscard]] Slot* take(const VersionUses* version) noexcept {
        const std::size_t first = line_of_this_thread();
        for (std::size_t step = 0; step < line_count; ++step) {
            Slot* const slot = take_from((first + step) % line_count, version);
            if (slot != nullptr) return slot;
        }
        return nullptr;
    }

    /// The same, but only in the thread's own line. \return null if all of its slots are taken.
    [[nodiscard]] Slot* take_own(const VersionUses* version) noexcept {
        return take_from(line_of_this_thread(), version);
    }

    /// Whether this slot is the last free one that `take_own` finds in its line, as long as none is released.
    [[nodiscard]] static bool is_last_of_line(const Slot* slot) noexcept {
        // With 32 bits the slots fill only half of their line.
        return reinterpret_cast<std::uintptr_t>(slot) % sizeof(Line) == sizeof(Line::places) - sizeof(Slot);
    }

    /// Releases a slot, or, if it is null, a use that was counted in the version. A null version is ignored.
    static void release(VersionUses* version, Slot* slot) noexcept {
        if (version == nullptr) return;
        if (slot == nullptr || (slot->exchange(0) & retired) != 0) [[unlikely]]
            drop(version);
    }

    /// Turns each announcement of replaced versions into a counted use, and gives up their owner's use.
    void retire(std::span<VersionUses* const> versions) noexcept {
        if (versions.empty()) return;
        const std::size_t lines = lines_in_use_.load();
        for (std::size_t number = 0; number < lines; ++number) {
            for (Slot& slot : lines_[number].places) mark(slot, versions);
        }
        for (VersionUses* const version : versions) drop(version);
    }

    /// The slots for all keys that this shared object makes. They are never destroyed.
    [[nodiscard]] static ReaderSlots& of_keys() noexcept { return of_keys_; }
    /// The slots for cached proofs, which an application may keep for long.
    [[nodiscard]] static ReaderSlots& of_proofs() noexcept { return of_proofs_; }

private:
    static constexpr std::size_t line_count = 256;
    static constexpr std::uintptr_t retired = 1;  ///< marks an announced address, whose lowest bit is free
    static_assert(alignof(VersionUses) > retired);

    /// Two cache lines of 64 bytes, because processors prefetch them in pairs.
    struct alignas(128) Line {
        std::array<Slot, 16> places{};
    };
    static_assert(sizeof(Line) == 16 * sizeof(Slot) || sizeof(Slot) < 8);

    [[nodiscard]] static std::size_t line_of_this_thread() noexcept {
        static constinit std::atomic<std::size_t> next{0};
        static thread_local constinit std::size_t line = 0;  // 0: not chosen yet
        if (line == 0) [[unlikely]]
            line = next.fetch_add(1, std::memory_order_relaxed) % line_count + 1;
        return line - 1;
    }

    [[nodiscard]] Slot* take_from(std::size_t line, const VersionUses* version) noexcept {
        if (std::size_t in_use = lines_in_use_.load(); in_use <= line) [[unlikely]] {
            while (in_use <= line && !lines_in_use_.compare_exchange_weak(in_use, line + 1)) {
            }
        }
        for (Slot& slot : lines_[line].places) {
            std::uintptr_t free = 0;
            if (slot.load(std::memory_order_relaxed) == 0 && slot.compare_exchange_strong(free, address_of(version))) {
                return &slot;
            }
        }
        return nullptr;
    }

    static void mark(Slot& slot, std::span<VersionUses* const> versions) noexcept {
        std::uintptr_t announced = slot.load();
        if (announced == 0) return;
        const auto found = std::find_if(versions.begin(), versions.end(), [announced](const VersionUses* version) {
            return address_of(version) == announced;
        });
        if (found == versions.end()) return;
        (*found)->uses.fetch_add(1);  // before the mark: a reader may release a marked slot at once
        if (!slot.compare_exchange_strong(announced, announced | retired)) (*found)->uses.fetch_sub(1);
    }

    [[nodiscard]] static std::uintptr_t address_of(const VersionUses* version) noexcept {
        return reinterpret_cast<std::uintptr_t>(version);
    }

    static void drop(VersionUses* version) noexcept {
        if (version->uses.fetch_sub(1) == 1) version->destroy(version);
    }

    std::atomic<std::size_t> lines_in_use_ = 0;
    std::array<Line, line_count> lines_{};

    static ReaderSlots of_keys_, of_proofs_;
};

inline constinit ReaderSlots ReaderSlots::of_keys_{};
inline constinit ReaderSlots ReaderSlots::of_proofs_{};

/// Keeps one version alive, by a slot or by a use that is counted in the version; or holds nothing.
///
/// Movable, also to another thread. A copy counts its use, which writes the version's own cache line.
///
/// \tparam Version  derives from `VersionUses`.
template <class Version>
class VersionHold {
public:
    VersionHold() = default;
    /// Takes over a use of `version`: the announcement in `slot`, or, if it is null, a counted one.
    VersionHold(Version* version, ReaderSlots::Slot* slot) noexcept : version_(version), slot_(slot) {}
    /// The same hold, converted to a base class.
    template <std::derived_from<Version> Derived>
        requires(!std::same_as<Derived, Version>)
    VersionHold(VersionHold<Derived> other) noexcept
        : version_(std::exchange(other.version_, nullptr)), slot_(std::exchange(other.slot_, nullptr)) {}

    // `other` holds the version, so it cannot be destroyed, and its uses may be raised.
    VersionHold(const VersionHold& other) noexcept : version_(other.version_) {
        if (version_ != nullptr) version_->uses.fetch_add(1);
    }
    VersionHold(VersionHold&& other) noexcept
        : version_(std::exchange(other.version_, nullptr)), slot_(std::exchange(other.slot_, nullptr)) {}
    VersionHold& operator=(VersionHold other) noexcept {
        std::swap(version_, other.version_);
        std::swap(slot_, other.slot_);
        return *this;
    }
    ~VersionHold() { ReaderSlots::release(version_, slot_); }

    [[nodiscard]] explicit operator bool() const noexcept { return version_ != nullptr; }
    [[nodiscard]] Version& operator*() const noexcept { return *version_; }
    [[nodiscard]] Version* operator->() const noexcept { return version_; }
    [[nodiscard]] Version* get() const noexcept { return version_; }

    /// Whether it takes the last slot of its line, so that the thread could not read another version.
    [[nodiscard]] bool is_last_of_line() const noexcept {
        return slot_ != nullptr && ReaderSlots::is_last_of_line(slot_);
    }

private:
    template <class>
    friend class VersionHold;

    Version* version_ = nullptr;
    ReaderSlots::Slot* slot_ = nullptr;
};

}  // namespace credence::detail
