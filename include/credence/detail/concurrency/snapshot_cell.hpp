// SPDX-License-Identifier: MIT
// SnapshotCell: a value that many threads read without a lock while others replace it. A reader writes only a cache
// line of its own, and a replaced value is destroyed as soon as its last reader is done.
#pragma once

#include <credence/version.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace credence::detail {

/// Where threads announce what they are reading: hazard pointers (M. Michael, "Hazard Pointers", 2004).
///
/// Each thread begins its search for a free slot at a line of its own, so threads do not share lines while there are at
/// most 256 of them. That is a matter of speed only: a slot is taken by compare-and-swap, so any thread may use any
/// slot, and may release one that another thread took.
class ReaderSlots {
public:
    using Slot = std::atomic<std::uintptr_t>;

    /// Takes a free slot and writes `announced` to it. \return null if all places are taken.
    [[nodiscard]] Slot* take(std::uintptr_t announced) noexcept {
        const std::size_t first = line_of_this_thread();
        for (std::size_t step = 0; step < line_count; ++step) {
            Slot* const slot = lines_[(first + step) % line_count].take(announced);
            if (slot != nullptr) return slot;
        }
        return nullptr;
    }

    /// Calls `visit(slot)` for every slot.
    template <class Visit>
    void for_each(Visit&& visit) {
        for (Line& line : lines_) {
            for (Slot& slot : line.places) visit(slot);
        }
    }

    /// The places for everything that this shared object makes. They are never destroyed.
    [[nodiscard]] static ReaderSlots& instance() noexcept { return instance_; }

private:
    static constexpr std::size_t line_count = 256;

    /// Two cache lines of 64 bytes, because processors prefetch them in pairs.
    struct alignas(128) Line {
        [[nodiscard]] Slot* take(std::uintptr_t announced) noexcept {
            for (Slot& slot : places) {
                std::uintptr_t free = 0;
                if (slot.load(std::memory_order_relaxed) == 0 && slot.compare_exchange_strong(free, announced)) {
                    return &slot;
                }
            }
            return nullptr;
        }

        std::array<Slot, 16> places{};
    };

    [[nodiscard]] static std::size_t line_of_this_thread() noexcept {
        static constinit std::atomic<std::size_t> next{0};
        static thread_local constinit std::size_t line = 0;  // 0: not chosen yet
        if (line == 0) [[unlikely]]
            line = next.fetch_add(1, std::memory_order_relaxed) % line_count + 1;
        return line - 1;
    }

    std::array<Line, line_count> lines_{};

    static ReaderSlots instance_;
};

inline constinit ReaderSlots ReaderSlots::instance_{};

/// The head of a version, the same for cells of every type: an address that a reader announced may belong to another
/// cell's version by the time that the reader looks again, and then it is that one whose use is given back.
struct VersionUses {
    std::atomic<std::size_t> uses;  ///< one for the cell; readers count only once the version is replaced
    void (*destroy)(VersionUses*) noexcept;
};

/// A value that threads read and replace at the same time. It is empty until the first `store`.
///
/// `load` never waits. It writes one slot, and no memory that another reader reads; `store` waits for no reader.
///
/// Why a reader never sees a destroyed value. `load` reads `current_`, announces that version in a slot, and reads
/// `current_` again; it returns the version only if `current_` has not changed. `store` replaces `current_` and then
/// looks through the places. These four operations are sequentially consistent, so they have one order. If the second
/// read still found the old version, it precedes the replacement; the announcement precedes the read, and the
/// replacement precedes the look through the places. So `store` sees the announcement, and marks it. Whoever releases a
/// marked slot gives back one use of the version, and the last use destroys it: the version cannot be destroyed before
/// its readers are done, and nothing else keeps it. A reader whose second read failed releases its slot in the same
/// way and never looks into the version. If the address of a destroyed version is used for a new one meanwhile, an
/// announcement of that address protects the new version, and the argument holds for it, in whichever cell it is.
///
/// Why that is also an order for the memory inside. A slot is released by an atomic exchange, and taken by an atomic
/// compare-and-swap, so whoever destroys a version has synchronised with everybody who read it.
///
/// A process that forks while another thread reads keeps that thread's version in the child for good.
template <class Value>
class SnapshotCell {
    struct Version : VersionUses {
        Version(Value stored, std::uint64_t number)
            : VersionUses{{1}, [](VersionUses* version) noexcept { delete static_cast<Version*>(version); }},
              value(std::move(stored)),
              generation(number) {}

        const Value value;
        const std::uint64_t generation;
    };

public:
    /// One version, kept alive by this object; or nothing, if the cell was empty. Movable, also to another thread.
    class Snapshot {
    public:
        Snapshot() = default;
        Snapshot(Snapshot&& other) noexcept
            : version_(std::exchange(other.version_, nullptr)), slot_(std::exchange(other.slot_, nullptr)) {}
        Snapshot& operator=(Snapshot&& other) noexcept {
            Snapshot taken{std::move(other)};
            std::swap(version_, taken.version_);
            std::swap(slot_, taken.slot_);
            return *this;
        }
        ~Snapshot() { release(version_, slot_); }

        [[nodiscard]] explicit operator bool() const noexcept { return version_ != nullptr; }
        [[nodiscard]] const Value& operator*() const noexcept { return version_->value; }
        [[nodiscard]] const Value* operator->() const noexcept { return &version_->value; }

        /// How many values had been stored, this one included; 0 if the cell was empty.
        [[nodiscard]] std::uint64_t generation() const noexcept {
            return version_ == nullptr ? 0 : version_->generation;
        }

    private:
        friend class SnapshotCell;
        Snapshot(Version* version, ReaderSlots::Slot* slot) noexcept : version_(version), slot_(slot) {}

        Version* version_ = nullptr;
        ReaderSlots::Slot* slot_ = nullptr;  ///< null if the use is counted in the version
    };

    SnapshotCell() = default;
    /// Goes on where another cell ended: with its value, and from its generation.
    SnapshotCell(Value value, std::uint64_t generation) : current_(new Version(std::move(value), generation)) {}
    SnapshotCell(const SnapshotCell&) = delete;
    SnapshotCell& operator=(const SnapshotCell&) = delete;
    /// Snapshots may outlive the cell.
    ~SnapshotCell() { retire(current_.exchange(nullptr)); }

    /// Returns the current version.
    [[nodiscard]] Snapshot load() const noexcept {
        for (;;) {
            Version* const version = current_.load();
            if (version == nullptr) return {};
            ReaderSlots::Slot* const slot = slots_.take(address_of(version));
            if (slot == nullptr) [[unlikely]]
                return load_counted();
            if (current_.load() == version) [[likely]]
                return {version, slot};
            release(version, slot);
        }
    }

    /// Replaces the current version. The old one is destroyed at once, or by the last of its readers.
    void store(Value next) {
        Version* old = nullptr;
        {
            const std::scoped_lock lock{writers_};  // also keeps the old version alive: only `store` retires it
            old = current_.load();
            const std::uint64_t generation = old == nullptr ? 1 : old->generation + 1;
            current_.store(new Version(std::move(next), generation));
        }
        retire(old);
    }

private:
    static constexpr std::uintptr_t retired = 1;  ///< marks an announced address, whose lowest bit is free
    static_assert(alignof(Version) > retired);

    [[nodiscard]] static std::uintptr_t address_of(const VersionUses* version) noexcept {
        return reinterpret_cast<std::uintptr_t>(version);
    }

    static void drop(VersionUses* version) noexcept {
        if (version->uses.fetch_sub(1) == 1) version->destroy(version);
    }

    static void release(VersionUses* version, ReaderSlots::Slot* slot) noexcept {
        if (version == nullptr) return;
        if (slot == nullptr || (slot->exchange(0) & retired) != 0) [[unlikely]]
            drop(version);
    }

    /// All places are taken: the use is counted in the version, under the writers' lock.
    [[nodiscard]] Snapshot load_counted() const noexcept {
        const std::scoped_lock lock{writers_};
        Version* const version = current_.load();
        if (version != nullptr) version->uses.fetch_add(1);
        return {version, nullptr};
    }

    /// Turns each announcement of a version that was replaced into a counted use, and gives up the cell's own.
    void retire(VersionUses* version) noexcept {
        if (version == nullptr) return;
        slots_.for_each([version](ReaderSlots::Slot& slot) {
            std::uintptr_t announced = address_of(version);
            if (slot.load() != announced) return;
            version->uses.fetch_add(1);  // before the mark: its reader may release it at once
            if (!slot.compare_exchange_strong(announced, announced | retired)) version->uses.fetch_sub(1);
        });
        drop(version);
    }

    std::atomic<Version*> current_ = nullptr;
    /// Those of the shared object that made the cell, whichever reads it: they must be the ones that `retire` visits.
    ReaderSlots& slots_ = ReaderSlots::instance();
    mutable std::mutex writers_;
};

}  // namespace credence::detail
