// SPDX-License-Identifier: MIT
// SnapshotCell: a value that many threads read without a lock while others replace it. A reader writes only a cache
// line of its own, and a replaced value is destroyed as soon as its last reader is done.
#pragma once

#include <credence/version.hpp>
#include <credence/detail/concurrency/reader_slots.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>

namespace credence::detail {

/// A value that threads read and replace at the same time. It is empty until the first `store`.
///
/// `load` never waits. It writes one slot, and no memory that another reader reads; `store` waits for no reader.
/// `ReaderSlots` explains why a reader never sees a destroyed value.
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
        Snapshot(Snapshot&&) noexcept = default;
        Snapshot& operator=(Snapshot&&) noexcept = default;
        ~Snapshot() = default;

        [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(version_); }
        [[nodiscard]] const Value& operator*() const noexcept { return version_->value; }
        [[nodiscard]] const Value* operator->() const noexcept { return &version_->value; }

        /// How many values had been stored, including this one; 0 if the cell was empty.
        [[nodiscard]] std::uint64_t generation() const noexcept { return version_ ? version_->generation : 0; }

    private:
        friend class SnapshotCell;
        Snapshot(Version* version, ReaderSlots::Slot* slot) noexcept : version_(version, slot) {}

        VersionHold<Version> version_ = {};
    };

    SnapshotCell() = default;
    /// Continues another cell: with its value, and from its generation.
    SnapshotCell(Value value, std::uint64_t generation)
        : current_(new Version(std::move(value), generation)), generation_(generation) {}
    SnapshotCell(const SnapshotCell&) = delete;
    SnapshotCell& operator=(const SnapshotCell&) = delete;
    /// Snapshots may outlive the cell.
    ~SnapshotCell() { retire(current_.exchange(nullptr)); }

    /// Returns the current version.
    [[nodiscard]] Snapshot load() const noexcept {
        for (;;) {
            Version* const version = current_.load();
            if (version == nullptr) return {};
            ReaderSlots::Slot* const slot = slots_.take(version);
            if (slot == nullptr) [[unlikely]]
                return load_counted();
            if (current_.load() == version) [[likely]]
                return {version, slot};
            ReaderSlots::release(version, slot);
        }
    }

    /// The generation of the current version or, while `store` runs, of the one before. It is never ahead: a version
    /// that is loaded afterwards is at least as new.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_.load(); }

    /// Replaces the current version. The old one is destroyed at once, or by the last of its readers.
    void store(Value next) {
        Version* old = nullptr;
        {
            const std::scoped_lock lock{writers_};  // also keeps the old version alive: only `store` retires it
            old = current_.load();
            const std::uint64_t generation = old == nullptr ? 1 : old->generation + 1;
            current_.store(new Version(std::move(next), generation));
            generation_.store(generation);
        }
        retire(old);
    }

private:
    /// All slots are taken: the use is counted in the version, under the writers' lock.
    [[nodiscard]] Snapshot load_counted() const noexcept {
        const std::scoped_lock lock{writers_};
        Version* const version = current_.load();
        if (version != nullptr) version->uses.fetch_add(1);
        return {version, nullptr};
    }

    void retire(VersionUses* version) noexcept {
        if (version != nullptr) slots_.retire({&version, 1});
    }

    std::atomic<Version*> current_ = nullptr;
    std::atomic<std::uint64_t> generation_ = 0;
    /// The slots of the shared object that made the cell, whichever object reads it: `retire` must visit them.
    ReaderSlots& slots_ = ReaderSlots::of_keys();
    mutable std::mutex writers_;
};

}  // namespace credence::detail
