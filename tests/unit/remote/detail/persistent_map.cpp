// SPDX-License-Identifier: MIT
// PersistentMap: it equals a std::map, its tree is never deep, and old maps do not change.
#include <credence/remote/detail/persistent_map.hpp>

#include <cmath>
#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using NumberMap = credence::detail::PersistentMap<int>;

namespace {

std::string key_of(int number) {
    return std::string(static_cast<std::size_t>(number % 7), '0') + std::to_string(number);
}

/// Five digits: keys in the order of their numbers.
std::string padded(int number) {
    const std::string digits = std::to_string(number);
    return std::string(5 - digits.size(), '0') + digits;
}

bool is_shallow(const NumberMap& map) {
    return static_cast<double>(map.height()) <= 1.45 * std::log2(static_cast<double>(map.size() + 2));
}

bool is_equal(const NumberMap& map, const std::map<std::string, int>& model) {
    if (map.size() != model.size()) return false;
    for (const auto& [key, value] : model) {
        const int* const found = map.find(key);
        if (found == nullptr || *found != value) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("a persistent map agrees with std::map, and stays balanced", "[persistent_map]") {
    std::minstd_rand random{7};
    NumberMap map;
    std::map<std::string, int> model;
    std::vector<std::pair<NumberMap, std::map<std::string, int>>> earlier;
    for (int step = 0; step < 4000; ++step) {
        const std::string key = key_of(static_cast<int>(random() % 300));
        if (random() % 3 == 0) {
            map = map.without(key);
            model.erase(key);
        } else {
            map = map.with(key, step);
            model[key] = step;
        }
        if (step % 100 == 0) {
            REQUIRE(is_equal(map, model));
            REQUIRE(is_shallow(map));
            earlier.emplace_back(map, model);
        }
    }
    for (const auto& [old, old_model] : earlier) CHECK(is_equal(old, old_model));
    CHECK(map.find("none") == nullptr);
    CHECK(map.without("none").size() == map.size());
}

TEST_CASE("ascending keys keep the map balanced, and a change copies one path from the root", "[persistent_map]") {
    NumberMap map;
    for (int number = 0; number < 4096; ++number) {
        map = map.with(padded(number), number);
    }
    CHECK(map.size() == 4096);
    CHECK(map.height() <= 18);
    const auto cost =
        support::allocations_of([&] { static_cast<void>(map.with("a key behind all of the others", 0)); });
    CHECK(cost.count <= 2 + map.height() + 3);
    for (int number = 0; number < 4096; ++number) {
        map = map.without(padded(number));
        if (number % 512 == 0) CHECK(is_shallow(map));
    }
    CHECK(map.size() == 0);
    CHECK(map.height() == 0);
}
