// SPDX-License-Identifier: MIT
// Random bytes for keys and secrets, from OpenSSL's private generator.
#pragma once

#include <credence/detail/openssl/running.hpp>

#include <span>
#include <string_view>

#include <openssl/rand.h>

namespace credence::detail {

/// The reason of an error if `fill_random` fails.
inline constexpr std::string_view no_randomness = "no randomness";

/// Fills `out` with random bytes that must stay private. \return false if the system's generator fails, or OpenSSL has
/// cleaned up.
[[nodiscard]] inline bool fill_random(std::span<unsigned char> out) noexcept {
    return openssl_is_running() && RAND_priv_bytes_ex(nullptr, out.data(), out.size(), 0) == 1;
}

}  // namespace credence::detail
