// SPDX-License-Identifier: MIT
// Random UUIDs, for users and for tokens. RFC 9562 §5.4
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include <sodium.h>

namespace account {

[[nodiscard]] inline std::string random_uuid() {
    std::array<unsigned char, 16> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
    std::array<char, 33> hex{};
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    std::string text;
    for (std::size_t at = 0; at < 32; ++at) {
        if (at == 8 || at == 12 || at == 16 || at == 20) text.push_back('-');
        text.push_back(hex[at]);
    }
    return text;
}

}  // namespace account
