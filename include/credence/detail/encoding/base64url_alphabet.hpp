// SPDX-License-Identifier: MIT
// The alphabet of base64url, and how long texts and bytes become. RFC 4648 §5
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <string_view>

namespace credence::detail {

inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The number of characters that `size` bytes are encoded to.
[[nodiscard]] constexpr std::size_t base64url_encoded_size(std::size_t size) noexcept {
    return size / 3 * 4 + (size % 3 == 0 ? 0 : size % 3 + 1);
}

/// The number of bytes that `size` characters are decoded to, if they are base64url at all.
[[nodiscard]] constexpr std::size_t base64url_decoded_size(std::size_t size) noexcept {
    return size / 4 * 3 + (size % 4 == 0 ? 0 : size % 4 - 1);
}

}  // namespace credence::detail
