// SPDX-License-Identifier: MIT
// Whether OpenSSL may still be called: it cleans up while the program ends, before the oldest static objects go.
#pragma once

#include <credence/version.hpp>

#include <string_view>

#include <openssl/crypto.h>

namespace credence::detail {

/// Whether OpenSSL has not cleaned up yet. It does so at `exit`, after which most of its functions read what was freed.
/// The destructors of static objects that are older than the first use of OpenSSL run later still.
[[nodiscard]] inline bool openssl_is_running() noexcept { return OPENSSL_init_crypto(0, nullptr) == 1; }

/// The reason of what is refused because of that.
inline constexpr std::string_view openssl_has_ended = "OpenSSL has cleaned up: the program is ending";

}  // namespace credence::detail
