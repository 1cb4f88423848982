// SPDX-License-Identifier: MIT
// Counts the executed basic blocks of code that is compiled with -fsanitize-coverage=trace-pc.
#pragma once

#include <cstdint>

namespace search {

/// The number of blocks executed since the program began. The same work gives the same number on any machine, except
/// for the keyed hashes, whose keys differ from run to run.
[[nodiscard]] std::uint64_t blocks_run() noexcept;

}  // namespace search
