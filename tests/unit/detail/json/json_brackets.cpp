// SPDX-License-Identifier: MIT
// Finds the end of a list or object by its brackets.
#include <credence/detail/json/json_brackets.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace detail = credence::detail;

namespace {

/// How many characters of the text belong to the list or object that it begins with.
std::size_t size_by_brackets(std::string text) {
    const std::size_t size = text.size();
    text.append(detail::json_padding, '\0');
    return static_cast<std::size_t>(detail::end_of_open_brackets(text.data() + 1, text.data() + size) - text.data());
}

/// The same, one character after the other.
std::size_t size_by_bytes(std::string_view text) {
    detail::BracketWalk walk;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (walk.take(text[at])) return at + 1;
    }
    return text.size();
}

}  // namespace

TEST_CASE("a list or object ends at its last bracket, at any place in a word") {
    for (const std::string inner :
         {"", "1", R"("a")", R"("]")", R"("}\"]")", "[]", R"({"a":[{}]})", R"("\\")", R"("\\\"]",[])", "1,2,3,4,5"}) {
        for (std::size_t before = 0; before < 18; ++before) {
            const std::string list = '[' + std::string(before, ' ') + inner + ']';
            INFO(list);
            CHECK(size_by_brackets(list) == list.size());
            CHECK(size_by_brackets(list + R"(,"b":[1]})") == list.size());
            CHECK(size_by_brackets('{' + list + "}]]]]]]]]]") == list.size() + 2);
        }
    }
}

TEST_CASE("a list that is not closed ends with the text") {
    for (const std::string text : {"[", "[[]", R"(["]")", R"(["a)", R"(["a\)", R"(["\"]")", "{\"a\":{\"b\":1}   "}) {
        INFO(text);
        CHECK(size_by_brackets(text) == text.size());
        CHECK(size_by_brackets('[' + std::string(64, ' ') + text) == 65 + text.size());
    }
}

TEST_CASE("words of eight characters give the same end as single characters") {
    std::mt19937 random{7};
    constexpr std::string_view alphabet = "[]{}\"\\, a\xfb\xdd\xa2";
    for (int round = 0; round < 40'000; ++round) {
        std::string text = round % 2 == 0 ? "[" : "[[[";
        for (int left = 60; left > 0; --left) text += alphabet[random() % alphabet.size()];
        INFO(text);
        REQUIRE(size_by_brackets(text) == size_by_bytes(text));
    }
    for (const std::size_t depth : {30U, 33U, 600U}) {
        const std::string deep = std::string(depth, '[') + R"(")\"]")" + std::string(depth, ']');
        CHECK(size_by_brackets(deep + "]]") == deep.size());
        CHECK(size_by_brackets(deep.substr(0, deep.size() - 1)) == deep.size() - 1);
    }
}
