// SPDX-License-Identifier: MIT
// Counts the basic blocks that were run of the code that is compiled with -fsanitize-coverage=trace-pc.
#pragma once

#include <cstdint>

namespace search {

/// How many there were since the program began. The same work gives the same number, on any machine, but for the keyed
/// hashes, whose keys differ from run to run.
[[nodiscard]] std::uint64_t blocks_run() noexcept;

}  // namespace search
