// SPDX-License-Identifier: MIT
// Header values from every kind of result of a stack, and the functions that make a request type known.
#include <credence/http/http_traits.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::HeaderValue;

namespace {

struct Known {};
struct Unknown {};
struct Incomplete {};

std::string by_value() { return "a string that is too long to be kept in place"; }

}  // namespace

template <>
struct credence::HttpTraits<Known> {
    static std::string field(const Known&, std::string_view name) { return std::string{name}; }
};
template <>
struct credence::HttpTraits<Incomplete> {};

TEST_CASE("a header value is made from every kind of text") {
    const std::string text = "Bearer abc";
    const std::string_view view = text;
    const std::optional<std::string> maybe = text;
    CHECK(HeaderValue{text}.view() == text);
    CHECK(HeaderValue{view}.view() == text);
    CHECK(HeaderValue{text.c_str()}.view() == text);
    CHECK(HeaderValue{"Bearer abc"}.view() == text);
    CHECK(HeaderValue{std::optional{view}}.view() == text);
    CHECK(HeaderValue{maybe}.view() == text);
    CHECK(HeaderValue{text}.view().data() == text.data());
}

TEST_CASE("null, nullopt and the empty string are no header") {
    CHECK(HeaderValue{}.view().empty());
    CHECK(HeaderValue{nullptr}.view().empty());
    CHECK(HeaderValue{std::nullopt}.view().empty());
    CHECK(HeaderValue{""}.view().empty());
    CHECK(HeaderValue{std::string{}}.view().empty());
    CHECK(HeaderValue{static_cast<const char*>(nullptr)}.view().empty());
    CHECK(HeaderValue{std::optional<std::string_view>{}}.view().empty());
    CHECK(HeaderValue{std::optional<std::string>{}}.view().empty());
    CHECK_FALSE(HeaderValue{}.is_repeated());
}

TEST_CASE("a temporary string is kept") {
    const HeaderValue value = by_value();
    const HeaderValue maybe = std::optional<std::string>{by_value()};
    const HeaderValue copy = value;
    CHECK(value.view() == by_value());
    CHECK(maybe.view() == by_value());
    CHECK(copy.view() == by_value());
    CHECK(copy.view().data() != value.view().data());
}

TEST_CASE("two fields of one name are one repeated value, also when they are equal") {
    std::multimap<std::string, std::string> headers{{"A", "1"}, {"B", "1"}, {"B", "1"}};
    const auto only = [&headers](const char* name) { return HeaderValue::only(headers.equal_range(name)); };
    CHECK(only("A").view() == "1");
    CHECK(only("A").view().data() == headers.find("A")->second.data());
    CHECK_FALSE(only("A").is_repeated());
    CHECK(only("B").is_repeated());
    CHECK(only("B").view().empty());
    CHECK(only("C").view().empty());
    CHECK_FALSE(only("C").is_repeated());
    CHECK(HeaderValue::repeated().is_repeated());
}

TEST_CASE("the value of a field may be a temporary") {
    std::multimap<int, int> headers{{1, 42}};
    const auto value =
        HeaderValue::only(headers.equal_range(1), [](const auto& field) { return std::to_string(field.second); });
    CHECK(value.view() == "42");
}

TEST_CASE("a type is a request if it has traits") {
    CHECK(credence::HttpRequest<Known>);
    CHECK_FALSE(credence::HttpRequest<Unknown>);
    CHECK_FALSE(credence::HttpRequest<Incomplete>);
    CHECK_FALSE(credence::HttpRequest<int>);
}
