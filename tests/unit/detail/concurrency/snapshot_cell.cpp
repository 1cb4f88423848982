// SPDX-License-Identifier: MIT
// SnapshotCell: readers see whole values, a replaced value is destroyed with its last reader, and neither side blocks.
#include <credence/detail/concurrency/snapshot_cell.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using credence::detail::SnapshotCell;

namespace {

/// Counts its living objects. Its two numbers are equal while it lives, and differ once it is destroyed.
class Watched {
public:
    explicit Watched(std::uint64_t number) : first_(number), second_(number) { ++alive; }
    Watched(const Watched& other) : first_(other.first_.load()), second_(other.second_.load()) { ++alive; }
    Watched& operator=(const Watched&) = delete;
    ~Watched() {
        first_.store(0, std::memory_order_relaxed);
        second_.store(1, std::memory_order_relaxed);
        --alive;
    }

    [[nodiscard]] bool is_whole() const {
        return first_.load(std::memory_order_relaxed) == second_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t number() const { return first_.load(std::memory_order_relaxed); }

    static inline std::atomic<int> alive = 0;

private:
    std::atomic<std::uint64_t> first_, second_;
};

using Cell = SnapshotCell<Watched>;

/// Runs `read` in that many threads until `write` has returned.
template <class Read, class Write>
void run_readers(int count, Read read, Write write) {
    std::atomic<bool> is_done = false;
    std::atomic<int> started = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < count; ++number) {
        threads.emplace_back([&, read]() mutable {  // each thread has a copy of its own
            ++started;
            do read();
            while (!is_done);
        });
    }
    while (started < count) std::this_thread::yield();
    write();
    is_done = true;
    for (std::thread& thread : threads) thread.join();
}

}  // namespace

TEST_CASE("an empty cell has no snapshot", "[snapshot_cell]") {
    const Cell cell;
    const auto snapshot = cell.load();
    CHECK_FALSE(snapshot);
    CHECK(snapshot.generation() == 0);
}

TEST_CASE("a new cell can continue at a given generation", "[snapshot_cell]") {
    Cell cell{Watched{7}, 5};
    CHECK(cell.load()->number() == 7);
    CHECK(cell.load().generation() == 5);
    cell.store(Watched{8});
    CHECK(cell.load().generation() == 6);
}

TEST_CASE("a snapshot keeps its version, and the cell has the next one", "[snapshot_cell]") {
    Cell cell;
    cell.store(Watched{1});
    {
        const auto first = cell.load();
        cell.store(Watched{2});
        const auto second = cell.load();
        CHECK(first->number() == 1);
        CHECK(first.generation() == 1);
        CHECK((*second).number() == 2);
        CHECK(second.generation() == 2);
        CHECK(Watched::alive == 2);
    }
    CHECK(Watched::alive == 1);
}

TEST_CASE("a version is destroyed when it is replaced, or by the last of its readers", "[snapshot_cell]") {
    {
        Cell cell;
        cell.store(Watched{1});
        cell.store(Watched{2});
        CHECK(Watched::alive == 1);
        std::optional<Cell::Snapshot> one{cell.load()}, two{cell.load()};
        cell.store(Watched{3});
        CHECK(Watched::alive == 2);
        one.reset();
        CHECK(Watched::alive == 2);
        two.reset();
        CHECK(Watched::alive == 1);
    }
    CHECK(Watched::alive == 0);
}

TEST_CASE("a snapshot outlives its cell, and can be moved to another thread", "[snapshot_cell]") {
    auto cell = std::make_unique<Cell>();
    cell->store(Watched{7});
    auto snapshot = cell->load();
    cell.reset();
    std::thread{[taken = std::move(snapshot)]() mutable {
        CHECK(taken->number() == 7);
        Cell::Snapshot other;
        other = std::move(taken);
        CHECK(other->number() == 7);
        CHECK_FALSE(taken);  // NOLINT(bugprone-use-after-move)
    }}.join();
    CHECK(Watched::alive == 0);
}

TEST_CASE("more snapshots than slots can exist", "[snapshot_cell]") {
    constexpr std::size_t count = 5000;  // there are 4,096 slots
    Cell cell;
    cell.store(Watched{1});
    std::vector<Cell::Snapshot> snapshots;
    for (std::size_t number = 0; number < count; ++number) snapshots.push_back(cell.load());
    cell.store(Watched{2});
    snapshots.push_back(cell.load());
    CHECK(snapshots.front()->number() == 1);
    CHECK(snapshots.at(count - 1)->number() == 1);
    CHECK(snapshots.back()->number() == 2);
    while (snapshots.size() > 1) {
        CHECK(Watched::alive == 2);
        snapshots.erase(snapshots.end() - 2);
        if (snapshots.size() > 2) continue;
        snapshots.erase(snapshots.begin());
    }
    CHECK(Watched::alive == 1);
    snapshots.clear();
    CHECK(cell.load()->number() == 2);
}

TEST_CASE("readers of a cell see complete values, in order, while it is replaced", "[snapshot_cell][threads]") {
    constexpr std::uint64_t replacements = 1000;
    std::atomic<int> wrong = 0;
    {
        Cell cell;
        cell.store(Watched{1});
        const auto read = [&, last = std::uint64_t{0}]() mutable {
            const auto snapshot = cell.load();
            if (!snapshot->is_whole() || snapshot->number() < last || snapshot.generation() != snapshot->number())
                ++wrong;
            last = snapshot->number();
            const auto nested = cell.load();  // a second slot of the same line
            if (!nested->is_whole() || nested->number() < last) ++wrong;
        };
        run_readers(8, read, [&] {
            for (std::uint64_t number = 2; number <= replacements; ++number) {
                cell.store(Watched{number});
                if (number % 16 == 0) std::this_thread::yield();
            }
        });
        CHECK(cell.load().generation() == replacements);
        CHECK(Watched::alive == 1);
    }
    CHECK(wrong == 0);
    CHECK(Watched::alive == 0);
}

TEST_CASE("writers may replace a cell at the same time", "[snapshot_cell][threads]") {
    Cell cell;
    cell.store(Watched{1});
    std::atomic<int> wrong = 0;
    const auto write = [&] {
        for (std::uint64_t number = 0; number < 500; ++number) cell.store(Watched{number});
    };
    run_readers(
        2,
        [&] {
            if (!cell.load()->is_whole()) ++wrong;
        },
        [&] {
            std::thread other{write};
            write();
            other.join();
        });
    CHECK(wrong == 0);
    CHECK(cell.load().generation() == 1001);
    CHECK(Watched::alive == 1);
}
