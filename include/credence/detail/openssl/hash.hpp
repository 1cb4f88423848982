// SPDX-License-Identifier: MIT
// The names and sizes of hash functions, without OpenSSL, for headers that must stay light.
#pragma once

#include <credence/version.hpp>

#include <cstddef>
#include <cstdint>

namespace credence::detail {

/// A hash function; `none` if a scheme has its own.
enum class Hash : std::uint8_t { none, sha256, sha384, sha512 };

/// The hash's name for `EVP_MD_fetch`.
[[nodiscard]] constexpr const char* hash_name(Hash hash) noexcept {
    switch (hash) {
        case Hash::sha256: return "SHA256";
        case Hash::sha384: return "SHA384";
        case Hash::sha512: return "SHA512";
        case Hash::none: break;
    }
    return nullptr;
}

/// The length of a hash, in bytes.
[[nodiscard]] constexpr std::size_t hash_size(Hash hash) noexcept {
    switch (hash) {
        case Hash::sha256: return 32;
        case Hash::sha384: return 48;
        case Hash::sha512: return 64;
        case Hash::none: break;
    }
    return 0;
}

/// The size of the longest hash, in bytes.
inline constexpr std::size_t longest_hash = 64;

}  // namespace credence::detail
