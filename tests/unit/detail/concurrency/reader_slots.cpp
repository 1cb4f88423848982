// SPDX-License-Identifier: MIT
// ReaderSlots and VersionHold: a version lives until its last holder releases it, however it is held. The tests with
// threads are those of SnapshotCell.
#include <credence/detail/concurrency/reader_slots.hpp>

#include <array>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using credence::detail::ReaderSlots;
using credence::detail::VersionHold;
using credence::detail::VersionUses;

namespace {

/// Counts its living objects.
struct CountedVersion : VersionUses {
    CountedVersion()
        : VersionUses{{1}, [](VersionUses* version) noexcept { delete static_cast<CountedVersion*>(version); }} {
        ++alive;
    }
    CountedVersion(const CountedVersion&) = delete;
    CountedVersion& operator=(const CountedVersion&) = delete;
    ~CountedVersion() { --alive; }

    static inline int alive = 0;
};
using CountedHold = VersionHold<CountedVersion>;

ReaderSlots& slots_to_try() { return ReaderSlots::of_proofs(); }

/// Holds a version by a slot.
CountedHold hold_by_slot(CountedVersion* version) {
    ReaderSlots::Slot* const slot = slots_to_try().take_own(version);
    REQUIRE(slot != nullptr);
    return {version, slot};
}

void retire(VersionUses* version) { slots_to_try().retire({&version, 1}); }

}  // namespace

TEST_CASE("a version without holders is destroyed when it is retired", "[reader_slots]") {
    retire(new CountedVersion);
    CHECK(CountedVersion::alive == 0);
}

TEST_CASE("a version is destroyed by its last holder", "[reader_slots]") {
    auto* const version = new CountedVersion;
    std::optional<CountedHold> first{hold_by_slot(version)}, second{hold_by_slot(version)};
    retire(version);
    first.reset();
    CHECK(CountedVersion::alive == 1);
    second.reset();
    CHECK(CountedVersion::alive == 0);
}

TEST_CASE("a copy of a hold keeps the version, made before it is retired or afterwards", "[reader_slots]") {
    auto* const version = new CountedVersion;
    std::optional<CountedHold> held{hold_by_slot(version)};
    std::optional<CountedHold> before{*held};
    retire(version);
    std::optional<CountedHold> after{*held};
    held.reset();
    before.reset();
    CHECK(CountedVersion::alive == 1);
    after.reset();
    CHECK(CountedVersion::alive == 0);
}

TEST_CASE("a hold is moved, also to another thread, and assigned", "[reader_slots]") {
    auto* const version = new CountedVersion;
    CountedHold held = hold_by_slot(version);
    retire(version);
    std::thread{[taken = std::move(held)]() mutable {
        CountedHold other;
        CHECK_FALSE(other);
        other = std::move(taken);
        CHECK(other);
        other = CountedHold{};
        CHECK(CountedVersion::alive == 0);
    }}.join();
    CHECK(CountedVersion::alive == 0);
}

TEST_CASE("a line has 16 slots, of which the last one says so", "[reader_slots]") {
    auto* const version = new CountedVersion;
    {
        std::vector<CountedHold> held;
        for (int count = 1; count < 16; ++count) {
            held.push_back(hold_by_slot(version));
            CHECK_FALSE(held.back().is_last_of_line());
        }
        held.push_back(hold_by_slot(version));
        CHECK(held.back().is_last_of_line());
        CHECK(slots_to_try().take_own(version) == nullptr);
        // Any line will do for `take`.
        CHECK(CountedHold{version, slots_to_try().take(version)});
        retire(version);
        CHECK(CountedVersion::alive == 1);
    }
    CHECK(CountedVersion::alive == 0);
}

TEST_CASE("several versions are retired at once, each with its own holders", "[reader_slots]") {
    const std::array<VersionUses*, 3> versions{new CountedVersion, new CountedVersion, new CountedVersion};
    {
        const CountedHold held = hold_by_slot(static_cast<CountedVersion*>(versions[1]));
        slots_to_try().retire(versions);
        CHECK(CountedVersion::alive == 1);
    }
    CHECK(CountedVersion::alive == 0);
}
