// SPDX-License-Identifier: MIT
// UTF-8: its sequences, one by one or sixteen bytes at a time. RFC 3629
#pragma once

#include <credence/version.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

/// Sixteen bytes of a text: compilers turn operations on it into those of the processor. No function takes or returns
/// it by value: without SSE that would change the calling convention.
using ByteBlock [[gnu::vector_size(16)]] = unsigned char;
/// Marks of sixteen bytes: all bits of a byte are set, or none.
using BlockMarks = std::array<std::uint64_t, 2>;

inline void load_block(ByteBlock& block, const char* text) noexcept { std::memcpy(&block, text, sizeof block); }

/// Marks each of the sixteen bytes at `text` at which the text is not UTF-8. RFC 3629 §4
/// \param text  behind three bytes that are UTF-8, whose last sequence may continue here.
[[nodiscard]] inline BlockMarks utf8_faults(const char* text) noexcept {
    ByteBlock byte, before, second_before, third_before;
    load_block(byte, text);
    load_block(before, text - 1);
    load_block(second_before, text - 2);
    load_block(third_before, text - 3);
    const auto must_continue = (before >= 0xc0) | (second_before >= 0xe0) | (third_before >= 0xf0);
    const auto continues = (byte & 0xc0) == 0x80;
    const auto never_there = ((byte & 0xfe) == 0xc0) | (byte >= 0xf5);
    const auto overlong = ((before == 0xe0) & (byte < 0xa0)) | ((before == 0xf0) & (byte < 0x90));
    const auto surrogate_or_beyond = ((before == 0xed) & (byte >= 0xa0)) | ((before == 0xf4) & (byte >= 0x90));
    return std::bit_cast<BlockMarks>((must_continue ^ continues) | never_there | overlong | surrogate_or_beyond);
}

/// Marks the quotes, backslashes and control characters among sixteen bytes.
[[nodiscard]] inline BlockMarks ends_of_run(const char* text) noexcept {
    ByteBlock byte;
    load_block(byte, text);
    return std::bit_cast<BlockMarks>((byte < 0x20) | (byte == '"') | (byte == '\\'));
}

/// The first of sixteen bytes that has a mark; sixteen if none has.
[[nodiscard]] inline std::size_t first_mark(BlockMarks marks) noexcept {
    if (marks[0] != 0) return static_cast<std::size_t>(std::countr_zero(marks[0])) / 8;
    return 8 + static_cast<std::size_t>(std::countr_zero(marks[1])) / 8;
}

/// Skips characters of any length up to a quote, a backslash or a control character, one after the other. \return the
/// character that ends them; nullptr if the UTF-8 is malformed before it.
/// \param text  followed by `json_padding`.
[[nodiscard]] inline const char* end_of_run_by_sequences(const char* text) noexcept {
    for (;;) {
        const auto byte = static_cast<unsigned char>(*text);
        if (byte < 0x20 || byte == '"' || byte == '\\') return text;
        const std::size_t length = byte < 0x80 ? 1 : utf8_sequence(text);
        if (length == 0) return nullptr;
        text += length;
    }
}

/// The same, sixteen bytes at a time. The time does not depend on which characters they are.
/// \param text  as for `utf8_faults`; followed by `json_padding`.
[[nodiscard]] inline const char* end_of_utf8_run(const char* text) noexcept {
    if constexpr (std::endian::native != std::endian::little) return end_of_run_by_sequences(text);
    for (;; text += sizeof(ByteBlock)) {
        const BlockMarks faults = utf8_faults(text), ends = ends_of_run(text);
        const std::size_t stop = first_mark({faults[0] | ends[0], faults[1] | ends[1]});
        if (stop == sizeof(ByteBlock)) continue;
        return first_mark(faults) == stop ? nullptr : text + stop;
    }
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
