// SPDX-License-Identifier: MIT
// Random JSON texts, and texts that are nearly JSON: the same ones in every run.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace support {

class RandomJson {
public:
    explicit RandomJson(std::uint64_t seed) : random_(seed) {}

    /// A number below `limit`; the standard's distributions differ between libraries.
    [[nodiscard]] std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }

    /// A document. It is not always an object, and now and then a name occurs twice.
    [[nodiscard]] std::string document() { return space() + value(0) + space(); }

    /// A text with some of its bytes changed, lost, doubled or swapped.
    [[nodiscard]] std::string mutated(std::string text) {
        for (std::size_t change = 1 + below(3); change > 0 && !text.empty(); --change) mutate(text);
        return text;
    }

    /// The content of a string as written in a document: all lengths of UTF-8, and escapes.
    [[nodiscard]] std::string letters() {
        constexpr std::array<std::string_view, 16> pieces{
            "a",   "b",    "key",  "12345678", "\xc3\xa4", "\xe2\x82\xac",   "\xf0\x9f\x98\x80",
            "\\n", "\\\"", "\\\\", "\\/",      "\\u0041",  "\\ud83d\\ude00", "\\u0000",
            " ",   "\x7f"};
        std::string text;
        for (std::size_t count = below(6); count > 0; --count) text += pieces[below(pieces.size())];
        return text;
    }

    [[nodiscard]] std::string number() {
        constexpr std::array<std::string_view, 20> numbers{"0",
                                                           "-0",
                                                           "1",
                                                           "-1",
                                                           "7.5",
                                                           "1e3",
                                                           "1E-3",
                                                           "0.1",
                                                           "-1.5e+10",
                                                           "9007199254740993",
                                                           "255",
                                                           "256",
                                                           "1e30",
                                                           "1e308",
                                                           "5e-324",
                                                           "1e-400",
                                                           "18446744073709551615",
                                                           "18446744073709551616",
                                                           "-9223372036854775808",
                                                           "-9223372036854775809"};
        return std::string{numbers[below(numbers.size())]};
    }

private:
    std::string space() {
        constexpr std::array<std::string_view, 6> spaces{"", "", "", " ", "\n", "\t\r "};
        return std::string{spaces[below(spaces.size())]};
    }

    std::string value(int depth) {
        switch (below(depth > 4 ? 6 : 9)) {
            case 0: return "true";
            case 1: return "false";
            case 2: return "null";
            case 3:
            case 4: return number();
            case 5: return '"' + letters() + '"';
            case 6: return list('[', ']', depth, [&] { return value(depth + 1); });
            default: return list('{', '}', depth, [&] { return member(depth); });
        }
    }

    std::string member(int depth) {
        const std::string name = below(20) == 0 ? "key" : letters() + std::to_string(below(1000));
        return '"' + name + '"' + space() + ':' + space() + value(depth + 1);
    }

    template <class Element>
    std::string list(char open, char close, int depth, Element&& element) {
        std::string text(1, open);
        text += space();
        const std::size_t count = below(depth == 0 ? 20 : 5);
        for (std::size_t index = 0; index < count; ++index) {
            if (index > 0) text += space() + ',' + space();
            text += element();
        }
        return text + space() + close;
    }

    void mutate(std::string& text) {
        constexpr char likely[] = "{}[]\",:\\0123456789.eE+-truefalsn \n\t\0\x1f\x80\xc0\xff\xef\xbb\xbf'/*#";
        const char letter = likely[below(sizeof likely - 1)];
        const std::size_t place = below(text.size());
        switch (below(7)) {
            case 0: text[place] = letter; break;
            case 1: text.insert(place, 1, letter); break;
            case 2: text.erase(place, 1 + below(3)); break;
            case 3: text.resize(place); break;
            case 4: text.insert(place, text.substr(below(text.size()), 1 + below(12))); break;
            case 5: text[place] = static_cast<char>(random_()); break;
            default: std::swap(text[place], text[below(text.size())]); break;
        }
    }

    std::mt19937_64 random_;
};

}  // namespace support
