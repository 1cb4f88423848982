// SPDX-License-Identifier: MIT
// ASCII as the inside of a JSON string that spells out each character. RFC 8259 §7
#pragma once

#include <string>
#include <string_view>

namespace support {

inline std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string json;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        json += "\\u00";
        json += digits[byte >> 4];
        json += digits[byte & 15];
    }
    return json;
}

}  // namespace support
