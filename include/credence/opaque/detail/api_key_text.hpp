// SPDX-License-Identifier: MIT
// The text of an API key: `prefix_<id><secret><check>`, letters and digits after the prefix.
#pragma once

#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

inline constexpr std::size_t api_key_id_size = 16;      ///< 95 bits: unique.
inline constexpr std::size_t api_key_secret_size = 43;  ///< 256 bits.
inline constexpr std::size_t api_key_check_size = 6;    ///< A CRC-32.
inline constexpr std::string_view base62_alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random letters and digits, all equally likely. Nullopt if the system has no randomness.
[[nodiscard]] inline std::optional<std::string> random_base62(std::size_t size) {
    constexpr unsigned even = 248;  // the greatest multiple of 62 in a byte: bytes from there on are drawn again
    const ErrorQueueGuard guard;
    std::array<unsigned char, 64> bytes;
    const WipeAtExit wipe{bytes};
    std::string text;
    text.reserve(size);
    while (text.size() < size) {
        if (!fill_random(bytes)) return std::nullopt;
        for (const unsigned char byte : bytes) {
            if (byte < even && text.size() < size) text.push_back(base62_alphabet[byte % 62]);
        }
    }
    return text;
}

[[nodiscard]] constexpr bool is_base62(char byte) noexcept { return is_digit(byte) || is_letter(byte); }

inline constexpr std::array<std::uint32_t, 256> crc32_table = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320U : 0U);
        table[byte] = value;
    }
    return table;
}();

/// The checksum of ISO/IEC 13239, as in gzip. RFC 1952 §8
[[nodiscard]] constexpr std::uint32_t crc32(std::string_view text) noexcept {
    std::uint32_t value = 0xffffffffU;
    for (const char byte : text) value = value >> 8 ^ crc32_table[(value ^ static_cast<unsigned char>(byte)) & 0xff];
    return ~value;
}

/// The checksum at the end of a key: finds typing errors, and is not secret.
[[nodiscard]] inline std::string check_of_api_key(std::string_view key_without_check) {
    std::string digits(api_key_check_size, '0');
    std::uint32_t left = crc32(key_without_check);
    for (std::size_t at = api_key_check_size; at > 0; left /= 62) digits[--at] = base62_alphabet[left % 62];
    return digits;
}

/// Whether a prefix is valid: 1 to 32 letters, digits and underscores.
[[nodiscard]] inline bool is_api_key_prefix(std::string_view prefix) noexcept {
    return !prefix.empty() && prefix.size() <= 32 &&
           std::all_of(prefix.begin(), prefix.end(), [](char byte) { return is_base62(byte) || byte == '_'; });
}

/// The id in the text of a key with this prefix; nullopt if it is not such a key, or its checksum is wrong.
[[nodiscard]] inline std::optional<std::string_view> id_in_api_key(std::string_view text, std::string_view prefix) {
    constexpr std::size_t body = api_key_id_size + api_key_secret_size + api_key_check_size;
    if (text.size() != prefix.size() + 1 + body || !text.starts_with(prefix) || text[prefix.size()] != '_')
        return std::nullopt;
    const std::string_view letters = text.substr(prefix.size() + 1);
    if (!std::all_of(letters.begin(), letters.end(), is_base62)) return std::nullopt;
    const std::size_t checked = text.size() - api_key_check_size;
    if (check_of_api_key(text.substr(0, checked)) != text.substr(checked)) return std::nullopt;
    return letters.substr(0, api_key_id_size);
}

}  // namespace credence::detail
