// SPDX-License-Identifier: MIT
// The encodings in which keys are passed around: base64 of any kind, hexadecimal, UTF-16, percent-encoding.
#pragma once

#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace credence::detail {

/// UTF-8's byte order mark, which some editors write at the start of a text.
inline constexpr std::string_view utf8_byte_order_mark = "\xef\xbb\xbf";

inline constexpr std::string_view white_space = " \t\r\n\v\f";

/// A text without white space and the byte order mark at its start.
[[nodiscard]] inline std::string_view trim_front(std::string_view text) {
    if (text.starts_with(utf8_byte_order_mark)) text.remove_prefix(utf8_byte_order_mark.size());
    const auto first = text.find_first_not_of(white_space);
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

/// A text without white space and zero bytes at either end, then without one pair of quotes (from files of environment
/// variables), and without the beginning of a base64 data URL. RFC 2397
[[nodiscard]] inline std::string_view without_wrapping(std::string_view text) {
    constexpr std::string_view padding{" \t\r\n\v\f\0", 7};
    text = trim_front(text);
    while (!text.empty() && padding.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    if (text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'')) {
        text = text.substr(1, text.size() - 2);
    }
    constexpr std::string_view base64_mark = ";base64,";
    if (const auto mark = text.find(base64_mark); text.starts_with("data:") && mark != std::string_view::npos) {
        text.remove_prefix(mark + base64_mark.size());
    }
    return text;
}

/// How many characters at the start of `text` are white space: bare, or as the escapes of line feed, carriage return
/// and tab in environment variables and JSON. 0 if it starts with something else.
[[nodiscard]] inline std::size_t white_space_at_start(std::string_view text) noexcept {
    if (text.empty()) return 0;
    if (white_space.find(text.front()) != std::string_view::npos) return 1;
    if (text.front() != '\\' || text.size() < 2) return 0;
    if (text[1] == 'n' || text[1] == 'r' || text[1] == 't') return 2;
    return text[1] == '\n' || text[1] == '\r' ? 1 : 0;  // a backslash at the end of a line
}

/// Decodes base64 of either alphabet, padded or not, in one line or several. A slash may be written `\/`, as JSON
/// allows. RFC 4648 §4, §5
///
/// \return nullopt if it has other characters, anything after the padding, or trailing bits that are not zero.
[[nodiscard]] inline std::optional<SecretBytes> decode_base64_text(std::string_view text) {
    SecretBytes digits{text.size()};
    std::size_t count = 0;
    bool is_padded = false;
    while (!text.empty()) {
        if (const std::size_t blank = white_space_at_start(text); blank > 0) {
            text.remove_prefix(blank);
            continue;
        }
        if (text.starts_with("\\/")) text.remove_prefix(1);
        const char character = text.front();
        text.remove_prefix(1);
        if (character != '=' && is_padded) return std::nullopt;
        is_padded = character == '=';
        if (is_padded) continue;
        const char digit = character == '+' ? '-' : character == '/' ? '_' : character;
        digits.data()[count++] = static_cast<unsigned char>(digit);
    }
    digits.shrink(count);
    SecretBytes bytes{base64url_decoded_size(count) + base64url_slack};
    if (!decode_base64url(as_text(digits.view()), reinterpret_cast<char*>(bytes.data()))) return std::nullopt;
    bytes.shrink(base64url_decoded_size(count));
    return bytes;
}

/// Decodes ASCII text from UTF-16 of either byte order, as PowerShell writes files; nullopt if it is something else.
[[nodiscard]] inline std::optional<SecretBytes> decode_ascii_utf16(ByteView bytes) {
    if (bytes.size() < 4 || bytes.size() % 2 != 0) return std::nullopt;
    const bool has_mark = (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[0] == 0xfe && bytes[1] == 0xff);
    const std::size_t begin = has_mark ? 2 : 0;
    const std::size_t low = bytes[begin] == 0 ? 1 : 0;
    SecretBytes text{(bytes.size() - begin) / 2};
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t unit = begin + 2 * at;
        if (bytes[unit + 1 - low] != 0 || bytes[unit + low] >= 0x80) return std::nullopt;
        text.data()[at] = bytes[unit + low];
    }
    return text;
}

/// Decodes ASCII text from UTF-32 of either byte order; nullopt if it is something else.
[[nodiscard]] inline std::optional<SecretBytes> decode_ascii_utf32(ByteView bytes) {
    if (bytes.size() < 8 || bytes.size() % 4 != 0) return std::nullopt;
    const bool has_mark = (bytes[0] == 0xff && bytes[1] == 0xfe) || (bytes[2] == 0xfe && bytes[3] == 0xff);
    const std::size_t begin = has_mark ? 4 : 0;
    const std::size_t low = bytes[begin] == 0 ? 3 : 0;
    SecretBytes text{(bytes.size() - begin) / 4};
    for (std::size_t at = 0; at < text.size(); ++at) {
        const ByteView unit = bytes.subspan(begin + 4 * at, 4);
        if (unit[1] != 0 || unit[2] != 0 || unit[3 - low] != 0 || unit[low] >= 0x80) return std::nullopt;
        text.data()[at] = unit[low];
    }
    return text;
}

/// The value of a hexadecimal digit; 16 if it is not one.
[[nodiscard]] constexpr unsigned hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10;
    return digit >= 'A' && digit <= 'F' ? static_cast<unsigned>(digit - 'A') + 10 : 16;
}

/// Decodes hexadecimal, with white space or colons between the bytes; nullopt if it is something else.
[[nodiscard]] inline std::optional<SecretBytes> decode_hex_text(std::string_view text) {
    text = trim_front(text);
    if (text.starts_with("0x")) text.remove_prefix(2);
    SecretBytes bytes{text.size() / 2 + 1};
    std::size_t digits = 0;
    for (const char character : text) {
        if (character == ':' || white_space.find(character) != std::string_view::npos) continue;
        const unsigned value = hex_value(character);
        if (value > 15) return std::nullopt;
        unsigned char& byte = bytes.data()[digits++ / 2];
        byte = static_cast<unsigned char>((byte << 4 & 0xf0) | value);
    }
    if (digits == 0 || digits % 2 != 0) return std::nullopt;
    bytes.shrink(digits / 2);
    return bytes;
}

/// Decodes percent-encoding; nullopt if there is none. In an HTML form a plus sign is a space, which matters only in
/// PEM. RFC 3986 §2.1
[[nodiscard]] inline std::optional<SecretBytes> decode_percent_text(std::string_view text) {
    if (text.find('%') == std::string_view::npos) return std::nullopt;
    const bool is_form = text.find("BEGIN+") != std::string_view::npos;
    SecretBytes bytes{text.size()};
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char byte = static_cast<unsigned char>(text[at] == '+' && is_form ? ' ' : text[at]);
        if (text[at] == '%') {
            if (text.size() - at < 3 || hex_value(text[at + 1]) > 15 || hex_value(text[at + 2]) > 15)
                return std::nullopt;
            byte = static_cast<unsigned char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
            at += 2;
        }
        bytes.data()[count++] = byte;
    }
    bytes.shrink(count);
    return bytes;
}

}  // namespace credence::detail
