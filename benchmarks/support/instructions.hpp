// SPDX-License-Identifier: MIT
// How many instructions a piece of work takes on this very processor, by going through it one at a time.
#pragma once

#include <functional>
#include <optional>

namespace support {

/// The instructions that `work` executes in user space. A child process does the work under ptrace, instruction by
/// instruction, so that no performance counter is needed and nothing is emulated.
///
/// \return nothing where this system does not let a process trace its own child.
[[nodiscard]] std::optional<long> instructions_of(const std::function<void()>& work);

}  // namespace support
