// SPDX-License-Identifier: MIT
// Changes recipes at random, the same way for the same seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "support/hostile_token.hpp"

namespace search {

/// The pieces of JSON, headers and payloads that mutations insert.
inline constexpr std::array<std::string_view, 36> words{"\"",
                                                        ",",
                                                        ":",
                                                        "{",
                                                        "}",
                                                        "[",
                                                        "]",
                                                        " ",
                                                        "\n",
                                                        "0",
                                                        "-0.5",
                                                        "1e-300",
                                                        "12345678901234567890",
                                                        "true",
                                                        "null",
                                                        "\"\"",
                                                        R"(\n)",
                                                        R"(\")",
                                                        R"(\\)",
                                                        R"(\u0041)",
                                                        R"(\u00e9)",
                                                        R"(\ud83d\ude00)",
                                                        "\xc3\xa9",
                                                        "\xf0\x9f\x98\x80",
                                                        "%",
                                                        R"(,"m%":0)",
                                                        R"({"a":0},)",
                                                        R"("kid":")",
                                                        R"("typ":")",
                                                        R"("x5t":")",
                                                        R"("x5t#S256":")",
                                                        R"("crit":["exp")",
                                                        R"("alg":"RS256")",
                                                        R"("iss":"https://id.example")",
                                                        R"("iss":")",
                                                        R"("\u0069ss":")"};

class Mutator {
public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    /// A number below `end`.
    [[nodiscard]] std::size_t below(std::size_t end) {
        return end == 0 ? 0 : static_cast<std::size_t>(random_() % end);
    }

    /// A recipe with one to four changes. Pieces that it takes over from another recipe come from `other`.
    [[nodiscard]] support::Recipe changed(support::Recipe recipe, const support::Recipe& other) {
        for (std::size_t left = 1 + below(4); left > 0; --left) {
            const auto [mine, its] = part(recipe, other);
            change(*mine, *its);
        }
        return recipe;
    }

private:
    using Part = std::pair<support::Pieces*, const support::Pieces*>;

    /// The part to change, and the same part of the other recipe.
    Part part(support::Recipe& recipe, const support::Recipe& other) {
        if (!recipe.text.empty()) return {&recipe.text, &other.text};
        const std::size_t choice = below(20);
        if (choice == 0) return {&recipe.signature, &other.signature};
        if (choice < 9) return {&recipe.payload, &other.payload};
        if (recipe.header.empty()) recipe.header = {{R"({"alg":"RS256","typ":"JWT")"}, {"}"}};
        return {&recipe.header, &other.header};
    }

    void change(support::Pieces& pieces, const support::Pieces& other) {
        if (pieces.empty()) pieces.push_back({std::string{words[below(words.size())]}, below(2) == 0});
        const std::size_t at = below(pieces.size());
        support::Piece& piece = pieces[at];
        const auto here = pieces.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(9)) {
            case 0:
            case 1: piece.text.insert(below(piece.text.size() + 1), words[below(words.size())]); break;
            case 2: piece.text.erase(below(piece.text.size() + 1), 1 + below(8)); break;
            case 3: repeat(piece.text); break;
            case 4: piece.is_repeated = !piece.is_repeated; break;
            case 5: split(pieces, at); break;
            case 6: pieces.erase(here); break;
            case 7:
                if (!other.empty()) pieces.insert(here, other[below(other.size())]);
                break;
            default: std::swap(piece, pieces[below(pieces.size())]); break;
        }
    }

    /// Writes a part of the text several times.
    void repeat(std::string& text) {
        const std::size_t begin = below(text.size() + 1);
        const std::string slice = text.substr(begin, 1 + below(16));
        for (std::size_t left = 1 + below(8); left > 0 && text.size() < 1024; --left) text.insert(begin, slice);
    }

    /// Cuts a piece into two, one of which may be repeated.
    void split(support::Pieces& pieces, std::size_t at) {
        const std::size_t cut = below(pieces[at].text.size() + 1);
        const support::Piece behind{pieces[at].text.substr(cut), below(2) == 0};
        pieces[at].text.resize(cut);
        pieces.insert(pieces.begin() + static_cast<std::ptrdiff_t>(at) + 1, behind);
    }

    std::mt19937_64 random_;
};

}  // namespace search
