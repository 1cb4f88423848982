// SPDX-License-Identifier: MIT
// JSON strings: strict UTF-8, escapes, and a scan that takes eight bytes at a time. RFC 8259 §7, §8.1
#pragma once

#include <credence/detail/json/json_utf8.hpp>
#include <credence/detail/json/json_words.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace credence::detail {

/// Makes `out` a copy of `text`, which must not be a part of it. The string is built in place: a processor that moves a
/// string right after building it waits until its parts are written, as long as it takes to build a short one.
inline void build_string(std::string& out, std::string_view text) {
    struct PutBack {
        ~PutBack() {
            if (missing != nullptr) std::construct_at(missing);  // memory ran out, of which an empty string needs none
        }
        std::string* missing;
    };
    std::destroy_at(&out);
    PutBack put_back{&out};
    std::construct_at(&out, text.data(), text.size());
    put_back.missing = nullptr;
}

/// Whether a character stands for itself in a string: ASCII, and no quote, backslash or control character.
[[nodiscard]] constexpr bool is_plain(char character) noexcept {
    const auto byte = static_cast<unsigned char>(character);
    return byte != '"' && byte != '\\' && byte >= 0x20 && byte < 0x80;
}

/// Marks the characters of a word that are not plain, each by its highest bit. The lowest mark is always right; above
/// it there may be false ones, from borrows. Only for a word whose lowest byte is the first character.
[[nodiscard]] constexpr std::uint64_t special_marks(std::uint64_t word) noexcept {
    constexpr std::uint64_t high = one_each * 0x80;
    // XOR with 2 swaps space (0x20) and quote (0x22): what is then below 0x21 is a control character or the quote.
    const std::uint64_t controls_and_quotes = (word ^ (one_each * 2)) - one_each * 0x21;
    const std::uint64_t backslashes = (word ^ (one_each * '\\')) - one_each;
    return (controls_and_quotes | backslashes | word) & high;
}

/// The first of the eight characters at `text` that is not plain; `text + 8` when all are.
[[nodiscard]] inline const char* end_of_plain_word(const char* text) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
        const std::uint64_t marks = special_marks(load_word(text));
        return text + (marks == 0 ? 8 : std::countr_zero(marks) / 8);
    } else {
        const char* end = text + 8;
        while (text != end && is_plain(*text)) ++text;
        return text;
    }
}

/// The first character at or after `text` that is not plain; the padding ends the search at the latest.
[[nodiscard]] inline const char* end_of_plain_run(const char* text) noexcept {
    for (;; text += 8) {
        const char* stop = end_of_plain_word(text);
        if (stop != text + 8) return stop;
    }
}

/// Skips all characters that stand for themselves, longer sequences included. \return the quote, backslash or control
/// character that ends them; nullptr if the UTF-8 is malformed.
/// \param text  within a string: at least its quote is before it.
[[nodiscard]] inline const char* end_of_literal_run(const char* text) noexcept {
    text = end_of_plain_run(text);
    if (static_cast<unsigned char>(*text) < 0x80) return text;
    const std::size_t length = utf8_sequence(text);
    return length == 0 ? nullptr : end_of_utf8_run(text + length);  // behind two bytes or more, and the quote
}

/// The value of each hexadecimal digit; -1 for any other byte.
inline constexpr std::array<std::int8_t, 256> hex_digit_values = [] {
    constexpr std::string_view lower = "0123456789abcdef", upper = "0123456789ABCDEF";
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t value = 0; value < lower.size(); ++value) {
        values[static_cast<unsigned char>(lower[value])] = static_cast<std::int8_t>(value);
        values[static_cast<unsigned char>(upper[value])] = static_cast<std::int8_t>(value);
    }
    return values;
}();

/// The value of four hexadecimal digits; more than 0xffff if they are not.
[[nodiscard]] inline std::uint32_t four_hex_digits(const char* text) noexcept {
    const auto digit = [text](std::size_t index) -> int {
        return hex_digit_values[static_cast<unsigned char>(text[index])];
    };
    const int first = digit(0), second = digit(1), third = digit(2), fourth = digit(3);
    if ((first | second | third | fourth) < 0) return 0x10000;
    return static_cast<std::uint32_t>(first << 12 | second << 8 | third << 4 | fourth);
}

/// Reads the escape sequence after the backslash at `text`, and the character that it stands for. \return the first
/// character after the escape; nullptr if it is invalid, or half of a surrogate pair.
[[nodiscard]] inline const char* read_escape(const char* text, std::uint32_t& code_point) noexcept {
    switch (text[1]) {
        case '"':
        case '\\':
        case '/': code_point = static_cast<unsigned char>(text[1]); return text + 2;
        case 'b': code_point = '\b'; return text + 2;
        case 'f': code_point = '\f'; return text + 2;
        case 'n': code_point = '\n'; return text + 2;
        case 'r': code_point = '\r'; return text + 2;
        case 't': code_point = '\t'; return text + 2;
        case 'u': break;
        default: return nullptr;
    }
    code_point = four_hex_digits(text + 2);
    if (code_point > 0xffff || (code_point >= 0xdc00 && code_point <= 0xdfff)) return nullptr;
    text += 6;
    if (code_point >= 0xd800 && code_point <= 0xdbff) {
        if (text[0] != '\\' || text[1] != 'u') return nullptr;
        const std::uint32_t low = four_hex_digits(text + 2);
        if (low < 0xdc00 || low > 0xdfff) return nullptr;
        code_point = 0x10000 + ((code_point - 0xd800) << 10) + (low - 0xdc00);
        text += 6;
    }
    return text;
}

/// Skips escape sequences, from the backslash at `text` on. \return the first character that does not begin one;
/// nullptr if one is invalid.
[[nodiscard]] inline const char* skip_escapes(const char* text) noexcept {
    std::uint32_t ignored = 0;
    do {
        text = read_escape(text, ignored);
        if (text == nullptr) return nullptr;
    } while (*text == '\\');
    return text;
}

/// Appends the characters of escape sequences, from the backslash at `text` on. \return as `skip_escapes`.
/// \param left  how many escapes may follow; it is counted down, and one more is invalid.
[[nodiscard]] inline const char* append_escapes(const char* text, std::string& out, std::size_t& left) {
    std::uint32_t code_point = 0;
    do {
        if (left == 0) {
            left = (std::numeric_limits<std::size_t>::max)();  // tells that there was one more
            return nullptr;
        }
        --left;
        text = read_escape(text, code_point);
        if (text == nullptr) return nullptr;
        append_utf8(out, code_point);
    } while (*text == '\\');
    return text;
}

/// Reads on from `text`, inside a string, to its closing quote, and appends its characters. \return the closing quote;
/// nullptr if the string is malformed.
/// \param left  as for `append_escapes`.
[[nodiscard]] inline const char* append_string(const char* text, std::string& out, std::size_t& left) {
    for (;;) {
        const char* end = end_of_literal_run(text);
        if (end == nullptr) return nullptr;
        out.append(text, end);
        if (*end == '"') return end;
        if (*end != '\\') return nullptr;
        text = append_escapes(end, out, left);
        if (text == nullptr) return nullptr;
    }
}

/// The same for any number of escapes.
[[nodiscard]] inline const char* append_string(const char* text, std::string& out) {
    std::size_t any_number = (std::numeric_limits<std::size_t>::max)();
    return append_string(text, out, any_number);
}

}  // namespace credence::detail
