// SPDX-License-Identifier: MIT
// Shared by the fuzz targets: the input as text, and demands that must hold for every input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <openssl/err.h>

namespace support {

/// The input of a fuzzer as text.
[[nodiscard]] inline std::string_view fuzz_input(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program if `holds` is false, which makes the input a finding.
inline void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "it does not hold that %s\n", what);
    std::abort();
}

/// Demands that OpenSSL's error queue of this thread is empty.
inline void demand_clean_error_queue() { demand(ERR_peek_error() == 0, "the error queue is as it was"); }

}  // namespace support
