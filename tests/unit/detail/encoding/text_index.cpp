// SPDX-License-Identifier: MIT
// TextIndex: finds places by a text.
#include <credence/detail/encoding/text_index.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::detail::TextIndex;

namespace {

std::vector<std::size_t> places_of(const TextIndex& index, std::string_view text) {
    std::vector<std::size_t> places;
    index.each(text, [&](std::size_t place) { places.push_back(place); });
    return places;
}

}  // namespace

TEST_CASE("an index without entries has no places") { CHECK(places_of({}, "a").empty()); }

TEST_CASE("each of a thousand texts has its place, and others have none") {
    TextIndex index;
    std::vector<std::string> texts{"", "a", "12345678", "123456789", std::string(1024, 'k'), std::string("a\0", 2)};
    while (texts.size() < 1000) texts.push_back("key-" + std::to_string(texts.size()));
    for (std::size_t place = 0; place < texts.size(); ++place) index.add(texts[place], place);
    for (std::size_t place = 0; place < texts.size(); ++place) {
        INFO(texts[place]);
        const auto places = places_of(index, texts[place]);
        CHECK(std::find(places.begin(), places.end(), place) != places.end());
        CHECK(places.size() <= 2);  // another text may have the same hash, but hardly two
    }
    std::size_t found = 0;
    for (int number = 0; number < 1000; ++number) found += places_of(index, "other-" + std::to_string(number)).size();
    CHECK(found < 10);
    CHECK(places_of(index, std::string(1025, 'k')).empty());
}

TEST_CASE("several places of one text come in order of insertion, also after the index has grown") {
    TextIndex index;
    std::vector<std::size_t> entered;
    for (std::size_t place = 0; place < 100; ++place) {
        index.add(place % 3 == 0 ? "same" : "key-" + std::to_string(place), place);
        if (place % 3 == 0) entered.push_back(place);
        CHECK(places_of(index, "same") == entered);
    }
}
