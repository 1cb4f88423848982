// SPDX-License-Identifier: MIT
// RecordTable: searches past other records, moves, growth, and readers beside a writer.
#include <credence/stores/detail/record_table.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace credence;

namespace {

struct Record {
    std::string key;
    std::string value;
    std::shared_ptr<int> life = nullptr;  // tells when the record is destroyed
};

struct Traits {
    [[nodiscard]] static std::string_view key(const Record& record) noexcept { return record.key; }
};

using Table = detail::RecordTable<Record, Traits>;

/// Hashes of few values, so that most searches pass other records, and some go around the end of the table.
std::uint64_t hash_of(std::string_view key) {
    const auto last = static_cast<unsigned char>(key.back());
    return std::uint64_t{14} + last % 4U + (std::uint64_t{last % 2U} << 32U);
}

/// What a reader finds; "?" if the answer is not known, and "-" if there is no record.
std::string read(const Table& table, std::string_view key) {
    std::optional<Record> found;
    if (!table.try_find(key, hash_of(key), found)) return "?";
    return found ? found->value : "-";
}

void add(Table& table, const std::string& key, const std::string& value) {
    table.add({.key = key, .value = value}, hash_of(key));
}

}  // namespace

TEST_CASE("a record is found until it is dropped, and has the last of its values", "[record_table]") {
    Table table;
    CHECK(read(table, "a") == "-");
    CHECK(table.find("a", hash_of("a")) == nullptr);
    add(table, "a", "1");
    CHECK(read(table, "a") == "1");
    table.change({.key = "a", .value = "2"}, hash_of("a"));
    CHECK(read(table, "a") == "2");
    CHECK(table.find("a", hash_of("a"))->value == "2");
    table.drop("a", hash_of("a"));
    CHECK(read(table, "a") == "-");
    CHECK(read(table, "e") == "-");  // the same hash
}

TEST_CASE("after any order of changes, the table has what a map has", "[record_table]") {
    Table table;
    std::map<std::string, std::string> expected;
    std::minstd_rand random{7};
    for (int step = 0; step < 4000; ++step) {
        const std::string key = std::to_string(random() % 60);
        const std::string value = std::to_string(step);
        if (!expected.contains(key)) {
            add(table, key, value);
            expected[key] = value;
        } else if (random() % 2 == 0) {
            table.change({.key = key, .value = value}, hash_of(key));
            expected[key] = value;
        } else {
            table.drop(key, hash_of(key));
            expected.erase(key);
        }
        const std::string other = std::to_string(random() % 60);
        const auto found = expected.find(other);
        REQUIRE(read(table, other) == (found == expected.end() ? "-" : found->second));
    }
    std::size_t dropped = 0;
    table.drop_if([](const Record& record) { return record.value.back() == '1'; }, [&](const Record&) { ++dropped; });
    CHECK(dropped > 0);
    for (const auto& [key, value] : expected) CHECK(read(table, key) == (value.back() == '1' ? "-" : value));
}

TEST_CASE("a record is destroyed when it is dropped or changed, and with its table", "[record_table]") {
    auto table = std::make_unique<Table>();
    const auto life = std::make_shared<int>();
    const auto mortal = [&](const std::string& key) { return Record{.key = key, .value = "", .life = life}; };
    for (const char* key : {"a", "b", "c"}) table->add(mortal(key), hash_of(key));
    CHECK(life.use_count() == 4);
    table->drop("a", hash_of("a"));
    table->change({.key = "b", .value = "new"}, hash_of("b"));
    CHECK(life.use_count() == 2);
    table.reset();
    CHECK(life.use_count() == 1);
}

TEST_CASE("readers beside a writer find each record that stays, and none that is gone", "[record_table]") {
    Table table;
    add(table, "stays", "whole and old");
    table.add({.key = "gone", .value = "gone"}, hash_of("gone"));
    table.drop("gone", hash_of("gone"));
    std::atomic<bool> is_over = false;
    std::atomic<std::size_t> wrong = 0;
    std::atomic<std::size_t> known = 0;
    const auto reader = [&] {
        while (!is_over || known == 0) {
            const std::string stays = read(table, "stays");
            const std::string gone = read(table, "gone");
            if (stays != "?" && stays != "whole and old" && stays != "whole and new") ++wrong;
            if (gone != "?" && gone != "-") ++wrong;
            if (stays != "?") ++known;
        }
    };
    {
        std::vector<std::jthread> readers;
        for (int number = 0; number < 3; ++number) readers.emplace_back(reader);
        for (int round = 0; round < 400; ++round) {
            for (int number = 0; number < 20; ++number) add(table, std::to_string(number), "other");
            table.change({.key = "stays", .value = round % 2 == 0 ? "whole and new" : "whole and old"},
                         hash_of("stays"));
            for (int number = 0; number < 10; ++number) {
                const std::string key = std::to_string(number);
                table.drop(key, hash_of(key));
            }
            table.drop_if([](const Record& record) { return record.value == "other"; }, [](const Record&) {});
        }
        is_over = true;
    }
    CHECK(wrong == 0);
    CHECK(known > 0);
}
