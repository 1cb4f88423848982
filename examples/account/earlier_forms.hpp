// SPDX-License-Identifier: MIT
// How earlier versions of this service wrote bytes and moments as text.
#pragma once

#include <credence/clock.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace account {

/// The bytes of a text in hexadecimal.
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

/// Seconds of Unix time.
[[nodiscard]] inline credence::NumericDate moment_of(std::string_view seconds) {
    std::int64_t value = 0;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
    return credence::NumericDate{std::chrono::seconds{value}};
}

}  // namespace account
