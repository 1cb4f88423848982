// SPDX-License-Identifier: MIT
// A published set: which texts are sets, when two sets are equal, and which keys were added or removed.
#include <credence/remote/detail/published_set.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/published.hpp"

using namespace credence;
using detail::kids_missing;
using support::published_key;
using support::published_set;
using Texts = std::vector<std::string>;

namespace {

auto read(std::string_view text) { return detail::read_published_set<support::RemoteSet>(text); }

/// The text of a set with one line for each key, in reverse, and with other white space.
std::string rearranged(const std::string& first, const std::string& second) {
    return "{ \"other\": 1,\n \"keys\" : [ " + to_jwk(published_key(second)).value() + " ,\n" +
           to_jwk(published_key(first)).value() + " ] }\n";
}

}  // namespace

TEST_CASE("a set with a usable key is read", "[published_set]") {
    const auto found = read(published_set({"a", "b"}, {R"({"kty":"oct","k":"AAAA","kid":"s"})"})).value();
    CHECK(found.set->size() == 2);
    CHECK(found.keys.size() == 2);
    CHECK(found.set->skipped().size() == 1);
    CHECK(found.keys.front().kid == "a");
}

TEST_CASE("a text that is not a set, or has no usable key, is refused with the failed stage", "[published_set]") {
    for (const char* text : {"", "{}", "[]", "null", "<html>", R"({"keys":{}})", R"({"keys":1})", "{\"keys\":["}) {
        CAPTURE(text);
        CHECK(read(text).error().stage == FetchStage::key_set);
    }
    CHECK(read("\x1f\x8b\x08").error().detail == "the body is compressed, which was not asked for");
    CHECK(read(R"({"keys":[]})").error() == FetchError{FetchStage::no_usable_key, "the set is empty"});
    const FetchError skipped = read(R"({"keys":[{"kty":"oct","k":"AAAA","kid":"s\u001b"}]})").error();
    CHECK(skipped.stage == FetchStage::no_usable_key);
    CHECK_THAT(skipped.detail, support::contains_text("1 skipped (#0: "));
}

TEST_CASE("a set stays equal if only its order, white space or other members change", "[published_set]") {
    const auto one = read(published_set({"a", "b"})).value();
    CHECK(one.keys == read(rearranged("a", "b")).value().keys);
    CHECK(one.keys == read(published_set({"a", "b", "a"})).value().keys);
    CHECK_FALSE(one.keys == read(published_set({"a"})).value().keys);
    CHECK_FALSE(one.keys == read(published_set({"a", "c"})).value().keys);
}

TEST_CASE("added and removed keys are named", "[published_set]") {
    const auto before = read(published_set({"a", "b"})).value().keys;
    const auto after = read(published_set({"c", "b", "d"})).value().keys;
    CHECK(kids_missing(after, before) == Texts{"c", "d"});
    CHECK(kids_missing(before, after) == Texts{"a"});
    CHECK(kids_missing(before, {}) == Texts{"a", "b"});
}

TEST_CASE("another key with the same id counts as removed and added", "[published_set]") {
    const auto same_id = to_jwk(published_key("x").with_kid("a")).value();
    const auto before = read(published_set({"a"})).value().keys;
    const auto after = read(published_set({}, {same_id})).value().keys;
    CHECK(kids_missing(after, before) == Texts{"a"});
    CHECK(kids_missing(before, after) == Texts{"a"});
}

TEST_CASE("a key without an id is named as such", "[published_set]") {
    const auto nameless = to_jwk(published_key("x").with_kid("")).value();
    CHECK(kids_missing(read(published_set({}, {nameless})).value().keys, {}) == Texts{"(no kid)"});
}

TEST_CASE("a set with a newly usable entry is a new set", "[published_set]") {
    const std::string usable = to_jwk(published_key("x")).value();
    const std::string encrypts = usable.substr(0, usable.size() - 1) + R"(,"key_ops":["encrypt"]})";
    const auto before = read(published_set({"a"}, {encrypts})).value().keys;
    const auto after = read(published_set({"a"}, {usable})).value().keys;
    CHECK(kids_missing(after, before) == Texts{"x"});
    CHECK(kids_missing(before, after).empty());
}
