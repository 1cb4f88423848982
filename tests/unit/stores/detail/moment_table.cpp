// SPDX-License-Identifier: MIT
// Times by name: an added name is found, before and after the table has grown, also while other threads read.
#include <credence/stores/detail/moment_table.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::NumericDate;
using credence::detail::MomentName;
using credence::detail::MomentTable;

namespace {

const NumericDate moment{1'700'000'000s};

MomentTable::Moment moment_of(const MomentTable& table, MomentName name) { return table.find(name, name).first; }

std::string numbered(int number) { return "name-" + std::to_string(number); }

}  // namespace

TEST_CASE("a table without names has no times") {
    const MomentTable table;
    CHECK_FALSE(moment_of(table, {1, "issuer", "a"}));
    CHECK(table.size() == 0);
}

TEST_CASE("a name consists of its kind, its issuer and its text") {
    MomentTable table;
    table.add({1, "issuer", "a"}, moment);
    CHECK(moment_of(table, {1, "issuer", "a"}) == moment);
    CHECK_FALSE(moment_of(table, {2, "issuer", "a"}));
    CHECK_FALSE(moment_of(table, {1, "another", "a"}));
    CHECK_FALSE(moment_of(table, {1, "issuer", "b"}));
    CHECK_FALSE(moment_of(table, {1, "a", "issuer"}));
    const auto [first, second] = table.find({1, "issuer", "b"}, {1, "issuer", "a"});
    CHECK_FALSE(first);
    CHECK(second == moment);
}

TEST_CASE("a time only moves forward") {
    MomentTable table;
    CHECK_FALSE(table.advance({1, "issuer", "a"}, moment));
    table.add({1, "issuer", "a"}, moment);
    CHECK(table.advance({1, "issuer", "a"}, moment - 1s));
    CHECK(moment_of(table, {1, "issuer", "a"}) == moment);
    CHECK(table.advance({1, "issuer", "a"}, moment + 1s));
    CHECK(moment_of(table, {1, "issuer", "a"}) == moment + 1s);
    CHECK(table.size() == 1);
}

TEST_CASE("a table that grows or drops entries keeps the others") {
    MomentTable table;
    constexpr int count = 1000;
    for (int number = 0; number < count; ++number) table.add({1, "issuer", numbered(number)}, moment + number * 1s);
    CHECK(table.size() == count);
    table.forget_if([](std::uint64_t kind, NumericDate when) { return kind == 1 && when < moment + 600s; });
    CHECK(table.size() == 400);
    int kept = 0;
    for (int number = 0; number < count; ++number) {
        const auto found = moment_of(table, {1, "issuer", numbered(number)});
        kept += found ? 1 : 0;
        CHECK(found.has_value() == (number >= 600));
    }
    CHECK(kept == 400);
    CHECK(table.advance({1, "issuer", numbered(999)}, moment + 5000s));
    CHECK(moment_of(table, {1, "issuer", numbered(999)}) == moment + 5000s);
}

TEST_CASE("if memory runs out, a table stays unchanged and valid") {
    int failures = 0;
    for (std::size_t number = 1;; ++number) {
        MomentTable table;
        constexpr int count = 32;  // with one more the table grows
        for (int name = 0; name < count; ++name) table.add({1, "issuer", numbered(name)}, moment);
        bool failed = false;
        try {
            const support::FailingAllocation failing{number};
            table.add({2, "issuer", "one more"}, moment);
            table.forget_if([](std::uint64_t kind, NumericDate) { return kind == 2; });
        } catch (const std::bad_alloc&) {
            failed = true;
        }
        table.add({3, "issuer", "the next"}, moment);
        CHECK(moment_of(table, {3, "issuer", "the next"}) == moment);
        for (int name = 0; name < count; ++name) {
            CHECK(table.advance({1, "issuer", numbered(name)}, moment + 1s));
            CHECK(moment_of(table, {1, "issuer", numbered(name)}) == moment + 1s);
        }
        if (!failed) break;
        ++failures;
    }
    CHECK(failures > 5);
}

TEST_CASE("readers see each name once it was added, while the table grows and drops entries") {
    MomentTable table;
    std::atomic<int> added = 0;
    std::atomic<int> missed = 0;
    std::vector<std::thread> readers;
    constexpr int count = 3000;
    readers.reserve(3);
    for (int reader = 0; reader < 3; ++reader) {
        readers.emplace_back([&] {
            for (int known = 0; known < count;) {
                known = added.load();
                for (int number = known; number-- > 0 && number > known - 50;) {
                    const auto [found, other] =
                        table.find({1, "issuer", numbered(number)}, {2, "issuer", numbered(number)});
                    missed += found && !other ? 0 : 1;
                }
            }
        });
    }
    for (int number = 0; number < count; ++number) {
        table.add({1, "issuer", numbered(number)}, moment);
        added.store(number + 1);
        if (number % 500 == 0) {
            table.add({3, "issuer", numbered(number)}, moment);
            table.forget_if([](std::uint64_t kind, NumericDate) { return kind == 3; });
        }
    }
    for (auto& reader : readers) reader.join();
    CHECK(missed == 0);
}
