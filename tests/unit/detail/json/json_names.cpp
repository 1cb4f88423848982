// SPDX-License-Identifier: MIT
// The names of an object and of those around it: duplicates are found among few names and among many.
#include <credence/detail/json/json_names.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"

using credence::detail::JsonNames;
using credence::detail::SortedNames;

namespace {

/// Whether an object with these names, inside an object with `outer` names, has no duplicate.
bool all_differ(const std::vector<std::string>& names, std::size_t outer = 0) {
    const std::string outer_name = "outer";
    JsonNames open;
    for (std::size_t count = 0; count < outer; ++count) static_cast<void>(open.add(outer_name, count));
    bool differ = true;
    for (const std::string& name : names) differ = open.add(name, outer) && differ;
    differ = open.close(outer) && differ;
    CHECK(open.size() == outer);
    return differ;
}

}  // namespace

TEST_CASE("different names are distinguished from repeated ones", "[json_names]") {
    std::uint32_t random = 1;
    for (const std::size_t count : {0U, 1U, 2U, 16U, 17U, 24U, 25U, 64U, 1000U}) {
        for (int round = 0; round < 20; ++round) {
            std::vector<std::string> names;
            // Few different names, so that duplicates are frequent but not certain.
            for (std::size_t number = 0; number < count; ++number) {
                random = random * 1664525 + 1013904223;
                names.push_back(std::to_string(round % 2 == 0 ? number : random >> 8));
            }
            if (round % 4 == 2 && count > 1) names[random % count] = names[(random + 1) % count];
            const std::set<std::string> different(names.begin(), names.end());
            for (const std::size_t outer : {0U, 3U, 30U}) {
                INFO(count << " names, round " << round << ", outer " << outer);
                CHECK(all_differ(names, outer) == (different.size() == names.size()));
            }
        }
    }
}

TEST_CASE("an empty name is a name", "[json_names]") {
    CHECK(all_differ({""}));
    CHECK_FALSE(all_differ({"", ""}));
    std::vector<std::string> many;
    for (int number = 0; number < 40; ++number) many.push_back(std::to_string(number));
    many.emplace_back();
    CHECK(all_differ(many));
    many.emplace_back();
    CHECK_FALSE(all_differ(many));
}

TEST_CASE("sorted names know which names they contain", "[json_names]") {
    const SortedNames names{{"b", "a", "c"}};
    CHECK(names.all_differ());
    CHECK(names.has("c"));
    CHECK_FALSE(names.has("d"));
    CHECK(names.has_all(SortedNames{{"c", "a"}}));
    CHECK_FALSE(names.has_all(SortedNames{{"c", "d"}}));
    CHECK_FALSE(SortedNames{{"a", "b", "a"}}.all_differ());
}
