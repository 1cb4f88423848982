// SPDX-License-Identifier: MIT
// A hostile token as a recipe, from which a token of any size is made. hostile.json holds the known ones; the search
// finds more.
#pragma once

#include <credence/detail/encoding/base64url.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace support {

/// A piece of text, written once or repeated while there is room. In a repeated piece, `%` is the number of the
/// repetition.
struct Piece {
    std::string text;
    bool is_repeated = false;

    friend bool operator==(const Piece&, const Piece&) = default;
};
using Pieces = std::vector<Piece>;

/// The three parts of a token: header and payload as JSON, the signature as encoded text; or the whole token as `text`.
struct Recipe {
    std::string name;
    Pieces header = {};     ///< none: the usual one
    Pieces payload = {};    ///< none: `{}`
    Pieces signature = {};  ///< none: one of the right length, which is wrong
    Pieces text = {};       ///< instead of the parts

    friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// How a verifier's tokens look.
struct TokenShape {
    std::string_view algorithm;  ///< what stands for RS256 in the recipes
    std::size_t signature_size;  ///< in characters
    std::size_t most_bytes;
};

inline void to_json(nlohmann::json& out, const Piece& piece) {
    out = piece.is_repeated ? nlohmann::json::array({piece.text}) : nlohmann::json(piece.text);
}
inline void from_json(const nlohmann::json& in, Piece& piece) {
    piece = {(in.is_array() ? in.at(0) : in).get<std::string>(), in.is_array()};
}
inline void to_json(nlohmann::json& out, const Recipe& recipe) {
    out = {{"name", recipe.name}};
    for (const auto& [name, part] : {std::pair{"header", &recipe.header},
                                     {"payload", &recipe.payload},
                                     {"signature", &recipe.signature},
                                     {"text", &recipe.text}}) {
        if (!part->empty()) out[name] = *part;
    }
}
inline void from_json(const nlohmann::json& in, Recipe& recipe) {
    recipe = {in.at("name"), in.value("header", Pieces{}), in.value("payload", Pieces{}),
              in.value("signature", Pieces{}), in.value("text", Pieces{})};
}

/// Writes pieces into that many bytes. Repeated pieces share the room that the others leave.
[[nodiscard]] inline std::string written(const Pieces& pieces, std::size_t room) {
    std::size_t fixed = 0, sharing = 0;
    for (const Piece& piece : pieces) {
        if (piece.is_repeated)
            ++sharing;
        else
            fixed += piece.text.size();
    }
    const std::size_t share = sharing == 0 || fixed > room ? 0 : (room - fixed) / sharing;
    std::string out;
    for (const Piece& piece : pieces) {
        if (!piece.is_repeated) {
            out += piece.text;
            continue;
        }
        const std::size_t end = out.size() + share;
        for (int number = 0; !piece.text.empty(); ++number) {
            std::string next = piece.text;
            if (const auto at = next.find('%'); at != std::string::npos) next.replace(at, 1, std::to_string(number));
            if (out.size() + next.size() > end) break;
            out += next;
        }
    }
    return out;
}

[[nodiscard]] inline bool grows(const Pieces& pieces) {
    return std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.is_repeated; });
}

/// A wrong signature whose number is in the range of valid signatures.
[[nodiscard]] inline std::string wrong_signature(std::size_t size) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out(size, 'A');
    std::uint32_t state = 1;
    for (std::size_t at = 1; at + 1 < size; ++at) {
        state = state * 1664525U + 1013904223U;
        out[at] = letters[state >> 26];
    }
    return out;
}

/// The token of a recipe. It exceeds the size of the shape only if the pieces that are written once exceed it.
[[nodiscard]] inline std::string token_of(const Recipe& recipe, const TokenShape& shape) {
    using credence::detail::encode_base64url;
    if (!recipe.text.empty()) return written(recipe.text, shape.most_bytes);
    const auto text_room = [](std::size_t encoded) { return encoded / 4 * 3; };
    std::size_t room = shape.most_bytes - 2;
    const std::string signature =
        recipe.signature.empty() ? wrong_signature(shape.signature_size) : written(recipe.signature, room / 2);
    room -= std::min(room, signature.size());
    const auto payload_in = [&](std::size_t most) {
        return encode_base64url(recipe.payload.empty() ? "{}" : written(recipe.payload, text_room(most)));
    };
    const bool is_shared = grows(recipe.payload);
    const std::size_t taken = is_shared ? room / 2 : payload_in(room).size();
    std::string header = recipe.header.empty() ? std::string{R"({"alg":"RS256","typ":"JWT"})"}
                                               : written(recipe.header, text_room(room - std::min(room, taken)));
    if (const auto at = header.find("RS256"); at != std::string::npos) header.replace(at, 5, shape.algorithm);
    const std::string first = encode_base64url(header);
    room -= std::min(room, first.size());
    return first + "." + payload_in(room) + "." + signature;
}

}  // namespace support
