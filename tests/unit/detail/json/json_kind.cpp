// SPDX-License-Identifier: MIT
// The kinds of JSON values, and the reasons for a wrong kind.
#include <credence/detail/json/json_kind.hpp>

#include "support/catch.hpp"

using credence::detail::json_kind;
using credence::detail::JsonKind;
using credence::detail::JsonKinds;
using credence::detail::wrong_kind;

TEST_CASE("the first character determines the kind of a value") {
    CHECK(json_kind('n') == JsonKind::null);
    CHECK(json_kind('t') == JsonKind::boolean);
    CHECK(json_kind('f') == JsonKind::boolean);
    CHECK(json_kind('"') == JsonKind::string);
    CHECK(json_kind('[') == JsonKind::array);
    CHECK(json_kind('{') == JsonKind::object);
    CHECK(json_kind('-') == JsonKind::number);
    CHECK(json_kind('7') == JsonKind::number);
}

TEST_CASE("sets of kinds overlap if they share a kind") {
    constexpr JsonKinds text_or_list = JsonKinds{JsonKind::string} | JsonKind::array;
    CHECK(text_or_list.has(JsonKind::string));
    CHECK(text_or_list.has(JsonKind::array));
    CHECK_FALSE(text_or_list.has(JsonKind::null));
    CHECK(text_or_list.overlaps(JsonKinds::any()));
    CHECK_FALSE(text_or_list.overlaps(JsonKinds{JsonKind::number} | JsonKind::boolean));
    CHECK_FALSE(JsonKinds{}.overlaps(JsonKinds::any()));
}

TEST_CASE("an error names the wrong kind and all expected kinds") {
    CHECK(wrong_kind<JsonKind::string>(JsonKind::number) == "expected a string, found a number");
    CHECK(wrong_kind<JsonKind::object>(JsonKind::null) == "expected an object, found null");
    CHECK(wrong_kind < JsonKinds{JsonKind::string} |
          JsonKind::array > (JsonKind::boolean) == "expected a string or an array, found a boolean");
    CHECK(wrong_kind<JsonKinds::any()>(JsonKind::object) ==
          "expected null or a boolean or a number or a string or an array or an object, found an object");
}
