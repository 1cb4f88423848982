// SPDX-License-Identifier: MIT
// Choices that depend on a secret, without a branch.
#pragma once

#include <credence/bytes.hpp>

#include <cstddef>

namespace credence::detail {

/// All bits set if it is true, else none.
[[nodiscard]] inline unsigned char mask_if(bool is_true) noexcept {
    return static_cast<unsigned char>(0xffU * static_cast<unsigned>(is_true));
}

/// Overwrites bytes of `out` with those of `source` where `mask` has all bits set; leaves them where it has none.
inline void take_by_mask(unsigned char mask, ByteView source, unsigned char* out, std::size_t size) noexcept {
    const auto kept = static_cast<unsigned char>(~mask);
    for (std::size_t at = 0; at < size; ++at) {
        out[at] = static_cast<unsigned char>((source[at] & mask) | (out[at] & kept));
    }
}

}  // namespace credence::detail
