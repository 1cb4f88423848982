// SPDX-License-Identifier: MIT
// Writes integers as decimal text. Dates of today, which have ten digits, are written without a loop.
#pragma once

#include <credence/version.hpp>

#include <bit>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace credence::detail {

/// The longest text of an integer of 64 bits: a sign and 19 digits, or 20 digits.
inline constexpr std::size_t longest_integer = 20;

/// Eight digits of a number below 100,000,000, the first in the lowest byte. Each step splits all parts into halves.
[[nodiscard]] constexpr std::uint64_t eight_digits(std::uint64_t number) noexcept {
    const std::uint64_t fours = number / 10000 | (number % 10000) << 32;
    const std::uint64_t hundreds = (fours * 10486) >> 20 & 0x0000007f0000007f;  // 10486 / 2^20: a hundredth
    const std::uint64_t pairs = hundreds | (fours - 100 * hundreds) << 16;
    const std::uint64_t tens = (pairs * 103) >> 10 & 0x000f000f000f000f;  // 103 / 2^10: a tenth
    return (tens | (pairs - 10 * tens) << 8) + 0x3030303030303030;
}

/// Writes an integer. `at` has room for `longest_integer`. \return the end of the text.
template <std::integral Integer>
[[nodiscard]] char* write_integer(char* at, Integer value) noexcept {
    if constexpr (sizeof(Integer) == 8 && std::endian::native == std::endian::little) {
        const auto magnitude = static_cast<std::uint64_t>(value);
        constexpr std::uint64_t smallest = 1'000'000'000, end = 10'000'000'000;
        if (magnitude >= smallest && magnitude < end) {
            constexpr std::uint64_t of_last_eight = 100'000'000;
            const std::uint64_t first_two = magnitude / of_last_eight;
            at[0] = static_cast<char>('0' + first_two / 10);
            at[1] = static_cast<char>('0' + first_two % 10);
            const std::uint64_t last_eight = eight_digits(magnitude % of_last_eight);
            std::memcpy(at + 2, &last_eight, sizeof last_eight);
            return at + 2 + sizeof last_eight;
        }
    }
    return std::to_chars(at, at + longest_integer, value).ptr;
}

}  // namespace credence::detail
