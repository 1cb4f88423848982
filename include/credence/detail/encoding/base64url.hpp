// SPDX-License-Identifier: MIT
// Strict base64url without padding: one text for each value, and one value for each text. RFC 4648 §5, RFC 7515 §2
#pragma once

#include <credence/detail/encoding/base64url_alphabet.hpp>
#include <credence/detail/encoding/base64url_simd.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// `decode_base64url` writes whole words: the buffer must be this much longer than the decoded bytes.
inline constexpr std::size_t base64url_slack = wide_base64url_slack;

/// The contribution of a character at each of the four places of a group to its three bytes, as they lie in memory. The
/// fourth byte is zero for the alphabet and 0xff for every other character, so one test of the combined word finds an
/// invalid character.
using Base64urlTable = std::array<std::uint32_t, 256>;
inline constexpr std::uint32_t base64url_invalid =
    std::bit_cast<std::uint32_t>(std::array<std::uint8_t, 4>{0, 0, 0, 0xff});

[[nodiscard]] constexpr Base64urlTable make_base64url_table(unsigned shift) {
    Base64urlTable table{};
    table.fill(base64url_invalid);
    for (std::size_t value = 0; value < 64; ++value) {
        const auto bits = static_cast<std::uint32_t>(value) << shift;
        table[static_cast<unsigned char>(base64url_alphabet[value])] = std::bit_cast<std::uint32_t>(
            std::array<std::uint8_t, 4>{static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 8),
                                        static_cast<std::uint8_t>(bits), 0});
    }
    return table;
}

inline constexpr std::array<Base64urlTable, 4> base64url_tables{make_base64url_table(18), make_base64url_table(12),
                                                                make_base64url_table(6), make_base64url_table(0)};

/// The bits that a character adds to the three bytes at its place in the group, and the mark of an invalid one.
[[nodiscard]] inline std::uint32_t base64url_bits(const char* group, std::size_t place) noexcept {
    return base64url_tables[place][static_cast<unsigned char>(group[place])];
}

/// The three bytes of a group of four characters, and the mark of an invalid character.
[[nodiscard]] inline std::uint32_t base64url_group(const char* text) noexcept {
    return base64url_bits(text, 0) | base64url_bits(text, 1) | base64url_bits(text, 2) | base64url_bits(text, 3);
}

/// Decodes the last two or three characters. Their unused bits must be zero: otherwise several texts would have the
/// same value, and a token could be changed without breaking its signature.
///
/// \param out  has room for a whole word.
[[nodiscard]] inline bool decode_base64url_tail(const char* text, std::size_t size, char* out) noexcept {
    constexpr auto behind_first = std::bit_cast<std::uint32_t>(std::array<std::uint8_t, 4>{0, 0xff, 0xff, 0xff});
    constexpr auto behind_second = std::bit_cast<std::uint32_t>(std::array<std::uint8_t, 4>{0, 0, 0xff, 0xff});
    if (size == 0) return true;
    if (size == 1) return false;
    std::uint32_t word = base64url_bits(text, 0) | base64url_bits(text, 1);
    if (size == 3) word |= base64url_bits(text, 2);
    if ((word & (size == 2 ? behind_first : behind_second)) != 0) return false;
    std::memcpy(out, &word, sizeof word);
    return true;
}

/// Decodes by the table, group by group; like `decode_base64url`.
[[nodiscard]] inline bool decode_base64url_by_table(std::string_view text, char* out) noexcept {
    const char* from = text.data();
    std::uint32_t seen = 0;
    std::size_t left = text.size();
    for (; left >= 4; left -= 4, from += 4, out += 3) {
        const std::uint32_t word = base64url_group(from);
        seen |= word;
        std::memcpy(out, &word, sizeof word);
    }
    return (seen & base64url_invalid) == 0 && decode_base64url_tail(from, left, out);
}

/// Decodes `text` to `out`, which has room for `base64url_decoded_size(text.size()) + base64url_slack` bytes.
///
/// \return whether every character is of the alphabet, the length is possible, and trailing bits are zero.
[[nodiscard]] inline bool decode_base64url(std::string_view text, char* out) noexcept {
    const std::size_t wide = decode_base64url_wide(text, out);
    if (wide == not_base64url) return false;
    const std::string_view rest{text.data() + wide, text.size() - wide};
    return decode_base64url_by_table(rest, out + base64url_decoded_size(wide));
}

/// The decoded bytes of `text`; nullopt if it is not strict base64url.
[[nodiscard]] inline std::optional<std::string> decode_base64url(std::string_view text) {
    std::string bytes(base64url_decoded_size(text.size()) + base64url_slack, '\0');
    if (!decode_base64url(text, bytes.data())) return std::nullopt;
    bytes.resize(base64url_decoded_size(text.size()));
    return bytes;
}

/// Encodes by the table, group by group; like `encode_base64url`.
inline char* encode_base64url_by_table(std::string_view bytes, char* out) noexcept {
    const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, from += 3) {
        const unsigned word = static_cast<unsigned>(from[0] << 16 | from[1] << 8 | from[2]);
        *out++ = base64url_alphabet[word >> 18];
        *out++ = base64url_alphabet[word >> 12 & 63];
        *out++ = base64url_alphabet[word >> 6 & 63];
        *out++ = base64url_alphabet[word & 63];
    }
    if (left == 0) return out;
    const unsigned word = static_cast<unsigned>(from[0] << 16 | (left == 2 ? from[1] << 8 : 0));
    *out++ = base64url_alphabet[word >> 18];
    *out++ = base64url_alphabet[word >> 12 & 63];
    if (left == 2) *out++ = base64url_alphabet[word >> 6 & 63];
    return out;
}

/// Writes `base64url_encoded_size(bytes.size())` characters to `out`. \return the end of the written characters.
inline char* encode_base64url(std::string_view bytes, char* out) noexcept {
    const std::size_t wide = encode_base64url_wide(bytes, out);
    const std::string_view rest{bytes.data() + wide, bytes.size() - wide};
    return encode_base64url_by_table(rest, out + base64url_encoded_size(wide));
}

/// `bytes` as base64url text.
[[nodiscard]] inline std::string encode_base64url(std::string_view bytes) {
    std::string text(base64url_encoded_size(bytes.size()), '\0');
    encode_base64url(bytes, text.data());
    return text;
}

}  // namespace credence::detail
