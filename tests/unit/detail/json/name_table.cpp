// SPDX-License-Identifier: MIT
// The table of known names: each name is found, and similar names are not.
#include <credence/detail/json/name_table.hpp>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

using credence::detail::NameTable;
using credence::detail::unknown_name;

namespace {

/// Looks a name up as in a document, with more text after it.
std::size_t find_in(const auto& table, std::string_view name, char behind) {
    const std::string padded = std::string{name} + std::string(8, behind);
    return table.find(std::string_view{padded}.substr(0, name.size()));
}

/// A name of this many letters.
template <std::size_t size>
struct Named {
    static constexpr std::string_view value = std::string_view{"abcdefghijklmnopqrstuvwxyzabcdefgh"}.substr(0, size);
};

struct Literal {
    static constexpr std::string_view value = "x5t#S256";
};
struct WithQuote {
    static constexpr std::string_view value = "ro\"le";
};
struct WithBackslash {
    static constexpr std::string_view value = "ro\\le";
};
struct WithControl {
    static constexpr std::string_view value = "ro\nle";
};
struct WithUmlaut {
    static constexpr std::string_view value = "r\xc3\xb6le";
};

}  // namespace

TEST_CASE("each name is found at its index, whatever text follows") {
    static constexpr std::array<std::string_view, 9> names{"iss", "sub", "aud",   "exp", "nbf",
                                                           "iat", "jti", "scope", "scp"};
    static constexpr NameTable<9> table{names};
    for (const char behind : {'\0', '"', 'x', '\xff'}) {
        for (std::size_t index = 0; index < names.size(); ++index) CHECK(find_in(table, names[index], behind) == index);
        for (const std::string_view stranger :
             {"", "i", "is", "isss", "Iss", "ISS", "scop", "scopes", "exp ", " exp"}) {
            INFO(stranger);
            CHECK(find_in(table, stranger, behind) == unknown_name);
        }
        CHECK(find_in(table, std::string_view{"exp\0", 4}, behind) == unknown_name);
        CHECK(find_in(table, std::string_view{"\0exp", 4}, behind) == unknown_name);
        CHECK(find_in(table, std::string_view{"\0\0\0", 3}, behind) == unknown_name);
    }
}

TEST_CASE("names with the same beginning are distinguished") {
    static constexpr std::array<std::string_view, 6> names{"12345678", "123456789", "12345678a",
                                                           "1234567",  "",          "https://example.com/a/long/name"};
    static constexpr NameTable<6> table{names};
    for (std::size_t index = 0; index < names.size(); ++index) CHECK(find_in(table, names[index], '9') == index);
    CHECK(find_in(table, "12345678b", '9') == unknown_name);
    CHECK(find_in(table, "1234567890", '9') == unknown_name);
    CHECK(find_in(table, "https://example.com/a/long/nama", '9') == unknown_name);
    CHECK(find_in(table, "https://example.com/a/long/names", '9') == unknown_name);
}

TEST_CASE("a table of no names finds nothing") {
    static constexpr NameTable<0> table{std::array<std::string_view, 0>{}};
    CHECK(find_in(table, "", 'x') == unknown_name);
    CHECK(find_in(table, "exp", 'x') == unknown_name);
}

TEST_CASE("a name that is expected is found only as a whole, in quotes and with its colon") {
    const auto matches = []<class Name>(Name) {
        const std::string name{Name::value};
        const std::string text = '"' + name + "\":";
        const auto match = [](std::string document) {
            const std::size_t size = document.size();
            document.append(8, '\0');
            return credence::detail::ExpectedName<Name>::match(document.data(), document.data() + size);
        };
        CHECK(match(text) == text.size());
        CHECK(match(text + "1}") == text.size());
        for (std::size_t place = 0; place < text.size(); ++place) {
            INFO(name << " at " << place);
            CHECK(match(text.substr(0, place)) == 0);
            std::string changed = text;
            changed[place] = '~';
            CHECK(match(changed) == 0);
            CHECK(match(std::string{text}.insert(place, 1, ' ')) == 0);
        }
    };
    matches(Named<0>{});
    matches(Named<1>{});
    matches(Named<5>{});
    matches(Named<6>{});
    matches(Named<7>{});
    matches(Named<8>{});
    matches(Named<30>{});
}

TEST_CASE("a name that JSON must escape, or that is not ASCII, is never expected unescaped") {
    const auto matches = []<class Name>(Name) {
        const std::string text = '"' + std::string{Name::value} + "\":" + std::string(8, '\0');
        return credence::detail::ExpectedName<Name>::match(text.data(), text.data() + text.size() - 8) != 0;
    };
    CHECK(matches(Literal{}));
    CHECK_FALSE(matches(WithQuote{}));
    CHECK_FALSE(matches(WithBackslash{}));
    CHECK_FALSE(matches(WithControl{}));
    CHECK_FALSE(matches(WithUmlaut{}));
}

TEST_CASE("a full table of random names finds all of them and only them") {
    std::mt19937_64 random{3};
    std::vector<std::string> texts;
    for (int number = 0; number < 41; ++number) {
        std::string text(1 + random() % 12, '\0');
        for (char& letter : text) letter = static_cast<char>('a' + random() % 3);
        texts.push_back(text + std::to_string(number));
    }
    std::array<std::string_view, 41> names;
    for (std::size_t index = 0; index < names.size(); ++index) names[index] = texts[index];
    const NameTable<41> table{names};
    for (std::size_t index = 0; index < names.size(); ++index) {
        CHECK(find_in(table, names[index], 'a') == index);
        CHECK(find_in(table, texts[index] + "x", 'a') == unknown_name);
    }
}
