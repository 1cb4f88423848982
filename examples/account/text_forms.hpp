// SPDX-License-Identifier: MIT
// How the stores write bytes and moments as text, and read them back.
#pragma once

#include <credence/claims/registered_claims.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace account {

/// Bytes in hexadecimal.
[[nodiscard]] inline std::string hex_of(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text.push_back(digits[value >> 4U]);
        text.push_back(digits[value & 15U]);
    }
    return text;
}

/// The bytes of a text that `hex_of` wrote.
[[nodiscard]] inline std::string bytes_of(std::string_view hex) {
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned value = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, value, 16);
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    }
    return bytes;
}

/// A moment as seconds of Unix time.
[[nodiscard]] inline std::string date_text(credence::NumericDate moment) {
    return std::to_string(moment.time_since_epoch().count());
}

/// The moment that `date_text` wrote.
[[nodiscard]] inline credence::NumericDate moment_of(std::string_view seconds) {
    std::int64_t value = 0;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
    return credence::NumericDate{std::chrono::seconds{value}};
}

}  // namespace account
