// SPDX-License-Identifier: MIT
// Searches a payload that has not been verified yet for its issuer.
#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/issuer_search.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
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

using Places = std::vector<std::size_t>;

/// Where the values of all members named `iss` begin.
Places issuers_in(const std::string& text) {
    const std::string room = padded(text);
    Places found;
    for (detail::IssuerSearch search{without_zeros(room)}; search.next();)
        found.push_back(text.size() - search.rest().size());
    return found;
}

/// The same by the strict reader. \return false if the text is not an object.
bool issuers_by_reader(const std::string& text, Places& found) {
    const std::string room = padded(text);
    detail::JsonReader reader{without_zeros(room), {.allow_duplicate_members = true}};
    return reader.peek() == '{' && reader.object([&](std::string_view name) {
        static_cast<void>(reader.peek());  // past white space
        if (name == "iss") found.push_back(static_cast<std::size_t>(reader.position() - room.data()));
        return reader.skip();
    }) && reader.at_end();
}

}  // namespace

TEST_CASE("the issuer is found after values of every kind, at any place in a block, with white space and without") {
    for (const std::string value :
         {"1", "-1.5e3", "true", "null", R"("")", R"("a,\"}b")", R"("\\")", "[]", R"([1,"]"])", "{}", R"("iss")",
          R"({"iss":1,"x":{"iss":2}})", R"("a long text of more than eight characters, with a comma and a brace }")"}) {
        for (std::size_t before = 0; before < 70; ++before) {
            const std::string start = "{" + std::string(before, ' ') + "\"a\":" + value;
            INFO(start);
            CHECK(issuers_in(start + R"(,"iss":1})") == Places{start.size() + 7});
            CHECK(issuers_in("\t" + start + " ,\r\n\"iss\" : 1 } ") == Places{start.size() + 13});
            CHECK(issuers_in(start + R"(,"i\u0073s":1,"b":[],"iss":2})") ==
                  Places{start.size() + 12, start.size() + 27});
            CHECK(issuers_in(start + "}").empty());
        }
    }
}

TEST_CASE("the name is found with and without escapes, and no other name") {
    for (const char* name : {"iss", R"(\u0069ss)", R"(i\u0073s)", R"(is\u0073)", R"(\u0069\u0073s)", R"(\u0069s\u0073)",
                             R"(i\u0073\u0073)", R"(\u0069\u0073\u0073)"}) {
        for (std::size_t before = 0; before < 70; ++before) {
            INFO(name << " behind " << before);
            const std::string text = "{" + std::string(before, ' ') + "\"" + name + "\":1}";
            CHECK(issuers_in(text) == Places{text.size() - 2});
        }
    }
    for (const char* name : {"ISS",
                             "is",
                             "isss",
                             "xiss",
                             R"(\"iss)",
                             R"(\u0069s)",
                             R"(\u0069sss)",
                             R"(\\u0069ss)",
                             R"(\u006s)",
                             R"(\u)",
                             R"(\i\s\s)",
                             R"(\u0049ss)",
                             R"(\u0069\u0073\u00)",
                             R"(x\u0069ss)",
                             R"(xxxxxiss)",
                             R"(,xiss)",
                             R"(b,xiss)",
                             R"(b, xiss)",
                             R"(,x\u0069ss)",
                             R"(\\\\\u0069ss)"}) {
        INFO(name);
        CHECK(issuers_in("{\"" + std::string{name} + "\":1}").empty());
        for (std::size_t size = 0; size < 20; ++size)  // a string before it begins where the name might
            CHECK(issuers_in(R"({"z":"\n","b":")" + std::string(size, 'v') + "\",\"" + name + "\":1}").empty());
        CHECK(issuers_in(R"({"":"\\",")" + std::string{name} + R"(":1,"a":"","")" + name + "\":2}").empty());
    }
}

TEST_CASE("a text that is not an object has no issuer, and a truncated one has it only before its end") {
    for (const char* text : {"", "{", "{}", "[]", "1", R"("iss")", R"({"iss)", R"({"iss")", R"({"iss":)", R"({"iss": )",
                             R"({"a":"\)", R"({"a":"\")", R"({"a":[)", R"(["iss":1])", R"(x{"iss":1})"}) {
        INFO(text);
        CHECK(issuers_in(text).empty());
    }
    const std::string whole = R"({"a":{"b":["\""]},"iss":"c","d":1})";
    for (std::size_t size = 0; size <= whole.size(); ++size)
        CHECK(issuers_in(whole.substr(0, size)).size() == (size > whole.find("\"c\"") ? 1 : 0));
}

TEST_CASE("an iss that does not begin a member is none") {
    for (const char* text : {R"({x:1,"iss":1})", R"({"a" "iss":1})", R"({"a":1 "iss":1})", R"({1"iss":1})",
                             R"({:"iss":1})", R"({,"iss":1})", R"({"a":"iss":1})"}) {
        INFO(text);
        CHECK(issuers_in(text).empty());
    }
    for (std::size_t spaces = 0; spaces < 30; ++spaces) {
        const std::string space(spaces, ' ');
        INFO(spaces);
        CHECK(issuers_in("{" + space + "\"iss\":1}").size() == 1);
        CHECK(issuers_in("{\"a\":1," + space + "\"iss\":1}").size() == 1);
        CHECK(issuers_in("{\"a\":1" + space + "\"iss\":1}").empty());
    }
}

TEST_CASE("an issuer within a list or an object, or behind the end of the object, is another one") {
    for (std::size_t depth = 1; depth < 200; ++depth) {
        const std::string opens(depth, '['), closes(depth, ']');
        INFO(depth);
        CHECK(issuers_in(R"({"a":)" + opens + R"({"iss":1})" + closes + R"(,"iss":2})").size() == 1);
        CHECK(issuers_in(R"({"a":)" + opens + R"({"iss":1},"iss":2})").empty());
    }
    CHECK(issuers_in("{\"a\":1}" + std::string(64, ' ') + "{\"iss\":1}").empty());
}

TEST_CASE("in an object that is valid JSON, the issuers are those that the strict reader finds") {
    std::mt19937 random{11};
    const std::vector<std::string> pieces{"{",
                                          "}",
                                          "[",
                                          "]",
                                          ",",
                                          ":",
                                          "\"iss\":",
                                          "\"a\":",
                                          "1",
                                          "true",
                                          R"("s")",
                                          R"("\"")",
                                          " ",
                                          R"("\u0069ss":)",
                                          R"("\\\\")",
                                          R"("\"iss")",
                                          R"("a longer text, to come to the next block of the search")"};
    int valid = 0;
    for (int round = 0; round < 200'000; ++round) {
        std::string text = "{\"iss\":";
        for (int left = static_cast<int>(random() % 9); left > 0; --left) text += pieces[random() % pieces.size()];
        text += '}';
        Places expected;
        if (!issuers_by_reader(text, expected)) continue;
        ++valid;
        INFO(text);
        REQUIRE(issuers_in(text) == expected);
    }
    CHECK(valid > 1000);
}

TEST_CASE("in long objects, too, with members of every kind") {
    std::mt19937 random{12};
    const std::vector<std::string> names{"iss", "a", R"(\u0069\u0073s)", "isss", "", R"(\"iss)", R"(\\)"};
    const std::vector<std::string> values{"1",      R"("iss")", R"(["iss",{"iss":[]}])", "[[[]]]", R"("\\\"")",
                                          R"("}")", " {} "};
    for (int round = 0; round < 20'000; ++round) {
        std::string text = "{";
        for (int left = 20; left > 0; --left) {
            text += '"' + names[random() % names.size()] + "\":" + values[random() % values.size()];
            text += left > 1 ? "," : "}";
        }
        Places expected;
        REQUIRE(issuers_by_reader(text, expected));
        INFO(text);
        REQUIRE(issuers_in(text) == expected);
    }
}

TEST_CASE("the change of the depth is the number of opening brackets less that of closing ones") {
    std::mt19937_64 random{13};
    for (int round = 0; round < 10'000; ++round) {
        const std::uint64_t any = random(), opens = any & random(), closes = any & ~opens;
        REQUIRE(detail::depth_change(opens, closes) == std::popcount(opens) - std::popcount(closes));
    }
    CHECK(detail::depth_change(~std::uint64_t{0}, 0) == 64);
    CHECK(detail::depth_change(0, ~std::uint64_t{0}) == -64);
}
