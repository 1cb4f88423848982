// SPDX-License-Identifier: MIT
// The end of a text as a number, for hashes that read a text in words of eight bytes.
#pragma once

#include <credence/version.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credence::detail {

/// The zero to seven bytes behind the last whole word of a text, the first of them lowest. All loads have a fixed size:
/// a copy of a varying size is a function call, and the processor waits for its parts before it reads the whole.
[[nodiscard]] inline std::uint64_t last_word(std::string_view text) noexcept {
    constexpr std::size_t word_size = 8;
    const std::size_t count = text.size() % word_size;
    const char* const begin = text.data() + (text.size() - count);
    const auto byte = [begin](std::size_t at) {
        return std::uint64_t{static_cast<unsigned char>(begin[at])} << 8 * at;
    };
    if (count == 0) return 0;
    if constexpr (std::endian::native == std::endian::little) {
        if (text.size() > word_size) {
            std::uint64_t word = 0;
            std::memcpy(&word, begin + count - word_size, word_size);
            return word >> 8 * (word_size - count);
        }
        if (constexpr std::size_t half = word_size / 2; count >= half) {
            std::uint32_t first = 0, second = 0;  // they overlap
            std::memcpy(&first, begin, half);
            std::memcpy(&second, begin + count - half, half);
            return first | std::uint64_t{second} << 8 * (count - half);
        }
        return byte(0) | byte(count / 2) | byte(count - 1);
    } else {
        std::uint64_t word = 0;
        for (std::size_t at = 0; at < count; ++at) word |= byte(at);
        return word;
    }
}

}  // namespace credence::detail
