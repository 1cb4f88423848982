// SPDX-License-Identifier: MIT
// The strict reader: its grammar, its depth, duplicate names, and the linear cost of large objects.
#include <credence/detail/json/json_reader.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/allocations.hpp"
#include "support/catch.hpp"

using credence::Errc;
using credence::detail::json_padding;
using credence::detail::JsonFault;
using credence::detail::JsonReader;
using credence::detail::JsonRules;

namespace {

/// `ok`, or why the text is not JSON.
std::string skipped(std::string_view text, JsonRules rules = {}) {
    std::string padded{text};
    padded.append(json_padding, '\0');
    const auto verdict = [&](JsonRules chosen) {
        JsonReader reader{std::string_view{padded}.substr(0, text.size()), chosen};
        return reader.skip() && reader.at_end() ? "ok" : std::string{to_string(reader.fault())};
    };
    // If names may be repeated, the reader does not keep them. Nothing else changes.
    const std::string said = verdict(rules);
    if (said != "duplicate_member") {
        rules.allow_duplicate_members = true;
        CHECK(verdict(rules) == said);
    }
    return said;
}

/// The names of an object's members; nullopt if one is malformed.
std::optional<std::vector<std::string>> names_of(std::string_view text) {
    std::string padded{text};
    padded.append(json_padding, '\0');
    JsonReader reader{std::string_view{padded}.substr(0, text.size())};
    std::vector<std::string> names;
    const bool read = reader.members([&] {
        std::string_view name;
        if (!reader.member_name(name)) return false;
        names.emplace_back(name);
        return reader.skip();
    });
    return read ? std::optional{names} : std::nullopt;
}

std::string repeated(std::string_view text, int times) {
    std::string out;
    for (int time = 0; time < times; ++time) out += text;
    return out;
}

/// An object of that many members, all with different names.
std::string large_object(int count) {
    std::string text = "{";
    for (int number = 0; number < count; ++number)
        text += (number == 0 ? "\"" : ",\"") + std::to_string(number) + "\":0";
    return text + '}';
}

}  // namespace

TEST_CASE("JSON of RFC 8259 is read") {
    for (const std::string_view text : {"{}", "[]", "\"\"", "0", "true", "false", "null", " \t\r\n{ } \t\r\n",
                                        "[ 1 , 2 ]", "{ \"a\" : [ { } , [ ] ] }", "[\"a\",null,true,-1.5e3,{\"b\":[]}]",
                                        "{\"\":{}}", "\"\\u0000\"", "[[],[[]],{}]"}) {
        INFO(text);
        CHECK(skipped(text) == "ok");
    }
}

TEST_CASE("texts that are almost JSON are refused") {
    for (const std::string_view text : {"",
                                        " ",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        "[}",
                                        "{]",
                                        "{]}",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[1 2]",
                                        "[1,,2]",
                                        "{\"a\"}",
                                        "{\"a\":}",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{\"a\" 1}",
                                        "{\"a\":1 \"b\":2}",
                                        "{\"a\":1;\"b\":2}",
                                        "{a:1}",
                                        "{'a':1}",
                                        "{1:1}",
                                        "{null:1}",
                                        "{\"a\":1}}",
                                        "{} {}",
                                        "{},",
                                        "{}x",
                                        "1 2",
                                        "tru",
                                        "TRUE",
                                        "True",
                                        "truee",
                                        "nul",
                                        "nulll",
                                        "fals",
                                        "undefined",
                                        "NaN",
                                        "-Infinity",
                                        "01",
                                        "1.",
                                        ".5",
                                        "+1",
                                        "0x10",
                                        "1e",
                                        "\"",
                                        "\"a",
                                        "'a'",
                                        "\"\n\"",
                                        "\"\\x\"",
                                        "// c\n{}",
                                        "/* c */{}",
                                        "{}//c",
                                        "# c\n{}",
                                        "\xef\xbb\xbf{}",
                                        "\xfe\xff",
                                        "{}\xc2\xa0",
                                        "\x0b{}",
                                        "\x0c{}",
                                        "\xa0",
                                        "[1]\x1a",
                                        "{\"a\":\"\xff\"}",
                                        "{\"\xff\":1}",
                                        "{\"a\":\"\\ud800\"}",
                                        "[\"\xed\xa0\x80\"]",
                                        "@",
                                        "("}) {
        INFO(text);
        CHECK(skipped(text) == "invalid_json");
    }
}

TEST_CASE("a zero byte is neither white space nor an end, and not allowed in a string") {
    for (const std::string_view text :
         {std::string_view{"\0", 1}, std::string_view{"{}\0", 3}, std::string_view{"\0{}", 3},
          std::string_view{"{\0}", 3}, std::string_view{"{}\0{}", 5}, std::string_view{"\"a\0b\"", 5},
          std::string_view{"[1\0]", 4}, std::string_view{"{\"a\0\":1}", 8}, std::string_view{"tr\0e", 4}}) {
        CHECK(skipped(text) == "invalid_json");
    }
}

TEST_CASE("a truncated text is refused with the right reason, wherever it ends") {
    const std::string text = R"({"a\u0041":["b\n",-1.5e3,true,{"c":null}],"d":")"
                             "\xc3\xa4\xf0\x9f\x98\x80\"}";
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::string padded = text.substr(0, size) + std::string(json_padding, '\0');
        JsonReader reader{std::string_view{padded}.substr(0, size)};
        INFO(size);
        REQUIRE_FALSE((reader.skip() && reader.at_end()));
        const bool within_character = (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80;
        CHECK(reader.kind_of_fault() == (within_character ? JsonFault::utf8 : JsonFault::grammar));
    }
}

TEST_CASE("names are read one by one into the same buffer") {
    using Names = std::vector<std::string>;
    CHECK(names_of("{}") == Names{});
    CHECK(names_of(R"({"a":1,"\u0062\n":2, "c" : 3,"":4,"\ud83d\ude00":5})") ==
          Names{"a", "b\n", "c", "", "\xf0\x9f\x98\x80"});
    for (const std::string_view text :
         {R"({"a\":1})", R"({"\x":1})", R"({"\ud83d":1})", R"({"a"1})", R"({"\u0062"1})", R"({a:1})", R"({"a)"}) {
        INFO(text);
        CHECK_FALSE(names_of(text));
    }
}

TEST_CASE("escapes and multi-byte characters are skipped by the rules by which they are read") {
    for (const std::string_view inside :
         {R"(\"\\\/\b\f\n\r\t)", R"(\u0041\u00e4\u20AC\uffff)", R"(\ud83d\uDE00\udbff\udfff)",
          "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z", "\xc3\xa4\\n\xc3\xa4", "12345678\\n12345678"}) {
        INFO(inside);
        CHECK(skipped('"' + std::string{inside} + '"') == "ok");
        CHECK(names_of("{\"" + std::string{inside} + "\":0}"));
    }
    for (const std::string_view inside : {R"(\x)", R"(\n\)", R"(\u12g4)", R"(\ud83d)", R"(\ud83d\n)", R"(\n\udc00)",
                                          "\xc3\xa4\xff", "\xc3\xa4\n", "\xc3\xa4\xc3"}) {
        INFO(inside);
        CHECK(skipped('"' + std::string{inside} + '"') == "invalid_json");
        CHECK_FALSE(names_of("{\"" + std::string{inside} + "\":0}"));
    }
}

TEST_CASE("level 32 is read, level 33 is not") {
    CHECK(skipped(repeated("[", 32) + repeated("]", 32)) == "ok");
    CHECK(skipped(repeated("[", 33) + repeated("]", 33)) == "invalid_json");
    CHECK(skipped(repeated("{\"a\":", 31) + "{}" + repeated("}", 31)) == "ok");
    CHECK(skipped(repeated("{\"a\":", 32) + "{}" + repeated("}", 32)) == "invalid_json");
    CHECK(skipped("[" + repeated("{\"a\":[", 15) + "{}" + repeated("]}", 15) + "]") == "ok");
    CHECK(skipped("[" + repeated("[],[[]],", 1000) + "[]]") == "ok");  // a level that was left does not count
    CHECK(skipped(repeated("[", 1'000'000)) == "invalid_json");
    CHECK(skipped(repeated("{\"a\":", 1'000'000)) == "invalid_json");
}

TEST_CASE("a name that comes twice is refused at every depth") {
    for (const std::string_view text :
         {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"([{"a":1,"a":1}])", R"({"x":{"y":[{"a":1,"b":1,"a":1}]}})",
          R"({"":1,"":2})", R"({"a":1,"\u0061":2})", R"({"\u0061":1,"a":2})", R"({"\u0061":1,"\u0061":2})",
          R"({"\/":1,"/":2})", R"({"a":{"a":{"a":1}},"a":1})", R"({"ä":1,"\u00e4":2})", R"({"😀":1,"\ud83d\ude00":2})",
          R"({"a\u0000b":1,"a\u0000b":2})"}) {
        INFO(text);
        CHECK(skipped(text) == "duplicate_member");
        CHECK(skipped(text, {.allow_duplicate_members = true}) == "ok");
    }
}

TEST_CASE("names that only look alike are no duplicates") {
    for (const std::string_view text :
         {R"({"a":1,"A":2})", R"({"a":1,"a ":2})", R"({"a":1,"aa":2,"":3})", R"({"a":{"a":{"a":1}}})",
          R"([{"a":1},{"a":1}])", R"({"a":1,"a\u0000":2})", R"({"a\u0000b":1,"a\u0000c":2})",
          "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}", R"({"x":{"a":1},"y":{"a":1}})"}) {
        INFO(text);
        CHECK(skipped(text) == "ok");
    }
}

TEST_CASE("duplicates are found among any number of names, at any position") {
    for (const int count : {2, 15, 16, 17, 18, 23, 24, 25, 26, 40, 1000}) {
        const std::string good = large_object(count);
        CHECK(skipped(good) == "ok");
        for (const int twin : {0, 1, count / 2, count - 1}) {
            INFO(count << " " << twin);
            const std::string bad = good.substr(0, good.size() - 1) + ",\"" + std::to_string(twin) + "\":1}";
            CHECK(skipped(bad) == "duplicate_member");
            CHECK(skipped("[" + good + "," + bad + "," + good + "]") == "duplicate_member");
        }
        CHECK(skipped("{\"x\":" + good + ",\"y\":" + good + ",\"z\":[" + good + "]}") == "ok");
        CHECK(skipped("{\"x\":" + good + ",\"y\":1,\"x\":2}") == "duplicate_member");
    }
}

TEST_CASE("the names of an outer object are still known after large inner objects") {
    std::string text = "{";
    for (int number = 0; number < 30; ++number) text += "\"o" + std::to_string(number) + "\":" + large_object(50) + ",";
    CHECK(skipped(text + "\"last\":1}") == "ok");
    CHECK(skipped(text + "\"o0\":1}") == "duplicate_member");
    CHECK(skipped(text + "\"o29\":1}") == "duplicate_member");
}

TEST_CASE("memory for names grows no faster than the object") {
    const std::string small = large_object(10'000), large = large_object(40'000);
    const auto for_small = support::allocations_of([&] { CHECK(skipped(small) == "ok"); });
    const auto for_large = support::allocations_of([&] { CHECK(skipped(large) == "ok"); });
    CHECK(for_large.bytes < 6 * for_small.bytes);
    CHECK(for_large.count < for_small.count + 20);
    CHECK(for_small.bytes < 20 * small.size());
}

TEST_CASE("an object of 200000 members is read to its end") {  // comparing each name with each would take minutes
    CHECK(skipped(large_object(200'000)) == "ok");
    std::string escaped = "{";
    for (int number = 0; number < 100'000; ++number) escaped += "\"\\u0041" + std::to_string(number) + "\":0,";
    CHECK(skipped(escaped + "\"z\":0}") == "ok");
}

TEST_CASE("objects and arrays pass on each of their parts") {
    std::string text = R"( {"a": 1, "b\u0062": [true, "x\ty"], "c": null} )";
    text.append(json_padding, '\0');
    JsonReader reader{std::string_view{text}.substr(0, text.size() - json_padding)};
    std::vector<std::string> seen;
    const auto element = [&] {
        if (reader.peek() == 't') return reader.literal("true");
        std::string value;
        const bool read = reader.string(value);
        seen.push_back(value);
        return read;
    };
    REQUIRE(reader.object([&](std::string_view name) {
        seen.emplace_back(name);
        if (name == "bb") return reader.array(element);
        return reader.skip();
    }));
    CHECK(reader.at_end());
    CHECK(seen == std::vector<std::string>{"a", "bb", "x\ty", "c"});
}

TEST_CASE("the first fault is reported") {
    std::string text = R"({"a":1,"a":2,)";
    text.append(json_padding, '\0');
    JsonReader reader{std::string_view{text}.substr(0, text.size() - json_padding)};
    CHECK_FALSE(reader.skip());
    CHECK(reader.fault() == Errc::duplicate_member);
    CHECK_FALSE(reader.at_end());
    CHECK(reader.fault() == Errc::duplicate_member);
}
