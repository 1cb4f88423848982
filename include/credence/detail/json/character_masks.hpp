// SPDX-License-Identifier: MIT
// Compares sixty-four characters of a text at once. The results are bits of one word.
#pragma once

#include <credence/detail/json/json_utf8.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace credence::detail {

/// Moves bit 8i + j of a word to bit 8j + i.
[[nodiscard]] constexpr std::uint64_t transposed(std::uint64_t word) noexcept {
    std::uint64_t changed = (word ^ word >> 7) & 0x00aa00aa00aa00aa;
    word ^= changed ^ changed << 7;
    changed = (word ^ word >> 14) & 0x0000cccc0000cccc;
    word ^= changed ^ changed << 14;
    changed = (word ^ word >> 28) & 0x00000000f0f0f0f0;
    return word ^ changed ^ changed << 28;
}

/// Packs sixty-four marks, bytes of which all bits are set or none. \return bit i is set if byte i is.
[[nodiscard]] inline std::uint64_t packed_marks(const std::array<ByteBlock, 4>& marks) noexcept {
    // Byte b of the word w of eight bytes gives bit w to byte b of the sum.
    static constexpr auto weights = [] {
        std::array<char, 64> all{};
        for (std::size_t at = 0; at < all.size(); ++at) all[at] = static_cast<char>(1U << at / 8);
        return all;
    }();
    ByteBlock sum{};
    for (std::size_t block = 0; block < marks.size(); ++block) {
        ByteBlock weight;
        load_block(weight, weights.data() + 16 * block);
        sum |= marks[block] & weight;
    }
    const auto halves = std::bit_cast<BlockMarks>(sum);
    const std::uint64_t word = halves[0] | halves[1];
    return transposed(std::endian::native == std::endian::little ? word : __builtin_bswap64(word));
}

/// The same with the instruction of x86-64 for it, where there is one.
[[nodiscard, gnu::always_inline]] inline std::uint64_t mask_of_marks(const std::array<ByteBlock, 4>& marks) noexcept {
#if defined(__SSE2__)
    using Signed [[gnu::vector_size(16)]] = char;
    std::uint64_t mask = 0;
    for (std::size_t block = 0; block < marks.size(); ++block) {
        const int bits = __builtin_ia32_pmovmskb128(std::bit_cast<Signed>(marks[block]));
        mask |= static_cast<std::uint64_t>(bits) << 16 * block;
    }
    return mask;
#else
    return packed_marks(marks);
#endif
}

/// Sixty-four characters of a text. In a mask, bit i is set if character i is a wanted one.
class CharacterMasks {
public:
    static constexpr std::size_t size = 64;

    /// \param text  at least `size` characters.
    explicit CharacterMasks(const char* text) noexcept {
        for (std::size_t block = 0; block < blocks_.size(); ++block) load_block(blocks_[block], text + 16 * block);
    }

    [[nodiscard]] std::uint64_t of(char wanted) const noexcept { return mask(wanted, 0); }

    /// The mask of a bracket of either kind: `{` stands for `[`, too, and `}` for `]`.
    [[nodiscard]] std::uint64_t of_brackets(char curly) const noexcept { return mask(curly, 0x20); }

private:
    /// \param ignored  a bit that `wanted` has, and that characters need not have.
    [[nodiscard, gnu::always_inline]] std::uint64_t mask(char wanted, unsigned char ignored) const noexcept {
        std::array<ByteBlock, 4> marks;
        for (std::size_t block = 0; block < blocks_.size(); ++block) {
            const auto equal = (blocks_[block] | ignored) == static_cast<unsigned char>(wanted);
            marks[block] = std::bit_cast<ByteBlock>(equal);
        }
        return mask_of_marks(marks);
    }

    std::array<ByteBlock, 4> blocks_;
};

}  // namespace credence::detail
