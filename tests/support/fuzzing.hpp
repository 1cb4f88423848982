// SPDX-License-Identifier: MIT
// What the fuzz targets share: the input as text, and demands that must hold for every input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <openssl/err.h>

namespace support {

/// What a fuzzer gives, as text.
[[nodiscard]] inline std::string_view fuzz_input(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program, and so makes the input a finding, when something does not hold that must.
inline void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "it does not hold that %s\n", what);
    std::abort();
}

/// Nothing may be left on OpenSSL's error queue of this thread.
inline void demand_clean_error_queue() { demand(ERR_peek_error() == 0, "the error queue is as it was"); }

}  // namespace support
