// SPDX-License-Identifier: MIT
// Searches the members of an object that has not been verified yet.
#include <credence/detail/json/json_member_search.hpp>
#include <credence/detail/json/json_reader.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace detail = credence::detail;

namespace {

std::string padded(std::string text) { return text.append(detail::json_padding, '\0'); }
std::string_view without_zeros(const std::string& text) {
    return std::string_view{text}.substr(0, text.size() - detail::json_padding);
}

/// How many members of a text have the name.
int members_named(std::string_view name, const std::string& text) {
    const std::string room = padded(text);
    int count = 0;
    for (detail::MemberSearch search{without_zeros(room)}; search.next(); search.skip_value())
        count += search.is_named(name) ? 1 : 0;
    return count;
}

/// The same by the strict reader; -1 if the text is not an object.
int members_by_reader(std::string_view name, const std::string& text) {
    const std::string room = padded(text);
    detail::JsonReader reader{without_zeros(room), {.allow_duplicate_members = true}};
    int count = 0;
    const bool read = reader.peek() == '{' && reader.object([&](std::string_view member) {
        count += member == name ? 1 : 0;
        return reader.skip();
    }) && reader.at_end();
    return read ? count : -1;
}

}  // namespace

TEST_CASE("members are found after values of every kind, with white space and without") {
    for (const char* value :
         {"1", "-1.5e3", "true", "null", R"("")", R"("a,\"}b")", R"("\\")", "[]", R"([1,"]"])", "{}",
          R"({"iss":1,"x":{"iss":2}})", R"("a long text of more than eight characters, with a comma and a brace }")"}) {
        INFO(value);
        const std::string text{value};
        CHECK(members_named("iss", R"({"a":)" + text + R"(,"iss":1})") == 1);
        CHECK(members_named("iss", "\t{ \"a\" :\r\n" + text + " , \"iss\" : 1 } ") == 1);
        CHECK(members_named("iss", R"({"iss":)" + text + R"(,"\u0069\u0073s":)" + text + "}") == 2);
        CHECK(members_named("iss", R"({"a":)" + text + "}") == 0);
    }
}

TEST_CASE("a name is found with and without escapes") {
    for (const char* name : {"iss", R"(\u0069ss)", R"(i\u0073s)", R"(\u0069\u0073\u0073)"}) {
        INFO(name);
        CHECK(members_named("iss", "{\"" + std::string{name} + "\":1}") == 1);
    }
    for (const char* name : {"ISS", "is", "isss", R"(\u0069s)", R"(\u0069sss)", R"(\\u0069ss)", R"(\u006s)", R"(\u)",
                             R"(\i\s\s)", R"(\u0049ss)", R"(\u0069\u0073\u00)"}) {
        INFO(name);
        CHECK(members_named("iss", "{\"" + std::string{name} + "\":1}") == 0);
    }
    CHECK(members_named("jti", R"({"\u006A\u0074\u0069":1,"\u006ati":2})") == 2);
}

TEST_CASE("a text that is not an object has no members, and a truncated one has only those before its end") {
    for (const char* text : {"", "{", "{}", "[]", "1", R"("iss")", R"({"iss)", R"({"iss")", R"({"iss":)", R"({"iss)",
                             R"({"a":"\)", R"({"a":"\")", R"({"a":[)"}) {
        INFO(text);
        CHECK(members_named("iss", text) == 0);
    }
    const std::string whole = R"({"a":{"b":["\""]},"iss":"c","d":1})";
    for (std::size_t size = 0; size <= whole.size(); ++size)
        CHECK(members_named("iss", whole.substr(0, size)) == (size > whole.find("\"c\"") ? 1 : 0));
}

TEST_CASE("in an object that is valid JSON, the members are those that the strict reader finds") {
    std::mt19937 random{11};
    const std::vector<std::string> pieces{
        "{", "}", "[", "]", ",", ":", "\"iss\":", "\"a\":", "1", "true", R"("s")", R"("\"")", " ", R"("\u0069ss":)"};
    int valid = 0;
    for (int round = 0; round < 200'000; ++round) {
        std::string text = "{\"iss\":";
        for (int left = static_cast<int>(random() % 9); left > 0; --left) text += pieces[random() % pieces.size()];
        text += '}';
        const int expected = members_by_reader("iss", text);
        if (expected < 0) continue;
        ++valid;
        INFO(text);
        REQUIRE(members_named("iss", text) == expected);
    }
    CHECK(valid > 1000);
}
