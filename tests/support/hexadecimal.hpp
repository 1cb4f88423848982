// SPDX-License-Identifier: MIT
// Bytes as RFCs print them.
#pragma once

#include <string>
#include <string_view>

namespace support {

/// The bytes of hexadecimal digits, with or without spaces.
inline std::string from_hex(std::string_view digits) {
    std::string bytes;
    int high = -1;
    for (const char digit : digits) {
        if (digit == ' ') continue;
        const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
        if (high < 0) {
            high = value;
        } else {
            bytes += static_cast<char>(high * 16 + value);
            high = -1;
        }
    }
    return bytes;
}

/// The digits, in small letters, without spaces.
inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace support
