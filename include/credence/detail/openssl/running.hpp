// SPDX-License-Identifier: MIT
// Whether OpenSSL may still be called: it cleans up at exit, before the oldest static objects are destroyed.
#pragma once

#include <credence/version.hpp>

#include <string_view>

#include <openssl/crypto.h>

namespace credence::detail {

/// Whether OpenSSL has not cleaned up yet. It does so at `exit`; afterwards most of its functions read freed memory.
/// Static objects that are older than the first use of OpenSSL are destroyed later still.
[[nodiscard]] inline bool openssl_is_running() noexcept { return OPENSSL_init_crypto(0, nullptr) == 1; }

/// The reason of errors caused by that.
inline constexpr std::string_view openssl_has_ended = "OpenSSL has cleaned up: the program is ending";

}  // namespace credence::detail
