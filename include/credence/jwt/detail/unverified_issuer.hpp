// SPDX-License-Identifier: MIT
// Reads the issuer of an unverified token, to choose the verifier for it.
#pragma once

#include <credence/detail/json/json_reader.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// The `iss` of a payload, as far as that can be read: nothing where it is absent, no string, or out of reach behind a
/// fault. Hostile: good for nothing but to select a verifier that checks it.
///
/// This is the one place where a payload is read before its signature holds, with no effect but the choice. So what is
/// wrong with it is not told: the verifier that is chosen tells it, once the signature holds.
[[nodiscard]] inline std::optional<std::string> unverified_issuer(std::string_view payload, bool allow_padding) {
    DecodedPart decoded;
    if (!decoded.decode(allow_padding ? without_padding(payload) : payload)) return std::nullopt;
    // A payload may name a member twice where a verifier's rules say so; the last one counts there, and so here.
    JsonReader reader{decoded.bytes(), {.allow_duplicate_members = true}};
    std::optional<std::string> issuer;
    if (reader.peek() != '{') return std::nullopt;
    static_cast<void>(reader.object([&](std::string_view name) {
        if (name != "iss") return reader.skip();
        issuer.reset();
        if (reader.peek() != '"') return reader.skip();
        std::string text;
        if (!reader.string(text)) return false;
        issuer = std::move(text);
        return true;
    }));
    return issuer;
}

}  // namespace credence::detail
