// SPDX-License-Identifier: MIT
// How often this thread has allocated: with operator new always, inside OpenSSL once it is told to count.
#pragma once

#include <cstddef>

namespace support {

/// With operator new.
[[nodiscard]] std::size_t allocations() noexcept;

/// With OpenSSL's own functions, since `count_openssl_allocations`.
[[nodiscard]] std::size_t openssl_allocations() noexcept;

/// To be called before OpenSSL has allocated anything. \return whether it was.
[[nodiscard]] bool count_openssl_allocations() noexcept;

}  // namespace support
