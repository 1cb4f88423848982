// SPDX-License-Identifier: MIT
// UTF-8: its sequences, checked and written. RFC 3629
#pragma once

#include <credence/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace credence::detail {

/// The length of the UTF-8 sequence that starts at `text` with a byte of 0x80 or more; 0 if it is malformed, overlong,
/// a surrogate or beyond U+10FFFF. RFC 3629 §4
[[nodiscard]] inline std::size_t utf8_sequence(const char* text) noexcept {
    const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto continues = [&](std::size_t index) { return (byte(index) & 0xc0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0xc2) return 0;
    if (!continues(1)) return 0;
    if (first < 0xe0) return 2;
    if (!continues(2)) return 0;
    if (first == 0xe0 && byte(1) < 0xa0) return 0;
    if (first == 0xed && byte(1) > 0x9f) return 0;
    if (first < 0xf0) return 3;
    if (!continues(3) || first > 0xf4) return 0;
    if (first == 0xf0 && byte(1) < 0x90) return 0;
    if (first == 0xf4 && byte(1) > 0x8f) return 0;
    return 4;
}

/// Whether a text is UTF-8. It is followed by `json_padding`.
[[nodiscard]] inline bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const bool is_ascii = static_cast<unsigned char>(text.front()) < 0x80;
        const std::size_t length = is_ascii ? 1 : utf8_sequence(text.data());
        if (length == 0 || length > text.size()) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// Appends a code point as UTF-8. It must be a scalar value.
inline void append_utf8(std::string& out, std::uint32_t code_point) {
    const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | (code_point >> shift & 0x3f)); };
    if (code_point < 0x80) {
        out += static_cast<char>(code_point);
    } else if (code_point < 0x800) {
        const std::array bytes{static_cast<char>(0xc0 | code_point >> 6), tail(0)};
        out.append(bytes.data(), bytes.size());
    } else if (code_point < 0x10000) {
        const std::array bytes{static_cast<char>(0xe0 | code_point >> 12), tail(6), tail(0)};
        out.append(bytes.data(), bytes.size());
    } else {
        const std::array bytes{static_cast<char>(0xf0 | code_point >> 18), tail(12), tail(6), tail(0)};
        out.append(bytes.data(), bytes.size());
    }
}

}  // namespace credence::detail
