// SPDX-License-Identifier: MIT
// Events and states as lines of a log: each has a name, and foreign text in them is escaped and bounded.
#include <credence/remote/remote_event.hpp>

#include <set>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using Kind = RemoteEvent::Kind;

TEST_CASE("each kind of event and each state has its own name", "[remote_event]") {
    std::set<std::string_view> kinds, states;
    for (int number = 0; to_string(static_cast<Kind>(number)) != "unknown"; ++number) {
        kinds.insert(to_string(static_cast<Kind>(number)));
    }
    for (int number = 0; to_string(static_cast<RemoteState>(number)) != "unknown"; ++number) {
        states.insert(to_string(static_cast<RemoteState>(number)));
    }
    CHECK(kinds.size() == 7);
    CHECK(states.size() == 5);
}

TEST_CASE("an event is one line", "[remote_event]") {
    const std::string source = "https://id.example";
    CHECK(message(RemoteEvent{.kind = Kind::fetched,
                              .source = source,
                              .added = {"a", "b"},
                              .removed = {"c"},
                              .skipped = {{3, "d", "its use is not sig"}, {4, "", "not an object"}}}) ==
          "keys of https://id.example: fetched, 2 added ('a', 'b'), 1 removed ('c'), 2 skipped (#3 'd': its use is not "
          "sig, "
          "#4: not an object)");
    CHECK(message(RemoteEvent{.kind = Kind::not_modified, .source = source}) ==
          "keys of https://id.example: fetched, not modified");
    CHECK(message(RemoteEvent{
              .kind = Kind::failed, .source = source, .error = FetchError{FetchStage::status, "status 500"}}) ==
          "keys of https://id.example: fetch failed: the answer does not have status 200: status 500");
    CHECK(message(
              RemoteEvent{.kind = Kind::issuer_mismatch, .source = source, .error = FetchError{FetchStage::issuer}}) ==
          "keys of https://id.example: fetch failed: the metadata document belongs to another issuer");
    for (const Kind kind : {Kind::serving_stale, Kind::expired, Kind::recovered}) {
        CHECK_THAT(message(RemoteEvent{.kind = kind, .source = source}),
                   support::contains_text("keys of https://id.example: "));
    }
}

TEST_CASE("key ids in an event are escaped and bounded", "[remote_event]") {
    CHECK(message(RemoteEvent{.kind = Kind::fetched, .source = "s", .added = {"a\r\nb\x1b[31m'"}}) ==
          "keys of s: fetched, 1 added ('a\\x0d\\x0ab\\x1b[31m\\x27')");
    RemoteEvent many{.kind = Kind::fetched, .source = "s"};
    for (int number = 0; number < 1000; ++number) {
        many.added.emplace_back(1024, 'k');
        many.skipped.push_back({0, std::string(1024, 'k'), "not an object"});
    }
    CHECK(message(many).size() < 8000);
    CHECK_THAT(message(many), support::contains_text("1000 added"));
    CHECK_THAT(message(many), support::contains_text("'..., ...)"));
}
