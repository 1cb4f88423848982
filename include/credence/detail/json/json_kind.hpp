// SPDX-License-Identifier: MIT
// The kinds of JSON values, and the reason to give for a value of the wrong kind. RFC 8259 §3
#pragma once

#include <credence/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace credence::detail {

/// The kinds of JSON values.
enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

inline constexpr std::array<std::string_view, 6> json_kind_names{"null",     "a boolean", "a number",
                                                                 "a string", "an array",  "an object"};

/// The kind of a value by its first character. Every other character counts as the start of a number.
[[nodiscard]] constexpr JsonKind json_kind(char first) noexcept {
    switch (first) {
        case 'n': return JsonKind::null;
        case 't':
        case 'f': return JsonKind::boolean;
        case '"': return JsonKind::string;
        case '[': return JsonKind::array;
        case '{': return JsonKind::object;
        default: return JsonKind::number;
    }
}

/// A set of kinds: those that a type can be read from.
struct JsonKinds {
    std::uint8_t bits = 0;

    constexpr JsonKinds() = default;
    constexpr JsonKinds(JsonKind kind) noexcept : bits(static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind))) {}

    [[nodiscard]] constexpr bool has(JsonKind kind) const noexcept { return overlaps(kind); }
    [[nodiscard]] constexpr bool overlaps(JsonKinds other) const noexcept { return (bits & other.bits) != 0; }
    [[nodiscard]] static constexpr JsonKinds any() noexcept {
        JsonKinds all;
        all.bits = (1U << json_kind_names.size()) - 1;
        return all;
    }
    [[nodiscard]] friend constexpr JsonKinds operator|(JsonKinds left, JsonKinds right) noexcept {
        left.bits |= right.bits;
        return left;
    }
};

/// "expected a string or an array, found a number".
struct WrongKindText {
    std::array<char, 96> characters{};
    std::size_t size = 0;

    constexpr WrongKindText(JsonKinds expected, std::size_t found) {
        std::string_view separator = "expected ";
        for (std::size_t kind = 0; kind < json_kind_names.size(); ++kind) {
            if (!expected.has(static_cast<JsonKind>(kind))) continue;
            add(separator);
            add(json_kind_names[kind]);
            separator = " or ";
        }
        add(", found ");
        add(json_kind_names[found]);
    }

    constexpr void add(std::string_view text) {
        std::copy(text.begin(), text.end(), characters.begin() + static_cast<std::ptrdiff_t>(size));
        size += text.size();
    }
};

/// For each kind of value, the reason to refuse it where `expected` is required.
template <JsonKinds expected>
inline constexpr std::array<WrongKindText, json_kind_names.size()> wrong_kind_texts{
    {{expected, 0}, {expected, 1}, {expected, 2}, {expected, 3}, {expected, 4}, {expected, 5}}};

/// The reason to refuse a value of the kind `found` where one of `expected` is required.
template <JsonKinds expected>
[[nodiscard]] constexpr std::string_view wrong_kind(JsonKind found) noexcept {
    const WrongKindText& text = wrong_kind_texts<expected>[static_cast<std::size_t>(found)];
    return {text.characters.data(), text.size};
}

}  // namespace credence::detail
