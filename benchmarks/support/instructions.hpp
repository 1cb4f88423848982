// SPDX-License-Identifier: MIT
// Counts the instructions of a piece of work on this processor, by single-stepping.
#pragma once

#include <functional>
#include <optional>

namespace support {

/// The instructions that `work` executes in user space. A child process does the work under ptrace, instruction by
/// instruction, so that no performance counter is needed and nothing is emulated.
///
/// \return nullopt if this system does not let a process trace its child.
[[nodiscard]] std::optional<long> instructions_of(const std::function<void()>& work);

}  // namespace support
