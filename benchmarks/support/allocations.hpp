// SPDX-License-Identifier: MIT
// Counts the allocations of this thread: with operator new always, inside OpenSSL after `count_openssl_allocations`.
#pragma once

#include <cstddef>

namespace support {

/// With operator new.
[[nodiscard]] std::size_t allocations() noexcept;

/// With OpenSSL's own functions, since `count_openssl_allocations`.
[[nodiscard]] std::size_t openssl_allocations() noexcept;

/// Must be called before OpenSSL has allocated anything. \return whether that was the case.
[[nodiscard]] bool count_openssl_allocations() noexcept;

}  // namespace support
