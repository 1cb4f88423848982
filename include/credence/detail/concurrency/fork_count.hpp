// SPDX-License-Identifier: MIT
// fork_count: tells a process from its forked children.
#pragma once

#include <credence/version.hpp>

#include <atomic>

#include <pthread.h>

namespace credence::detail {

/// The number of calls of `fork` between this process and the one that called this function first. It differs in a
/// child, and never changes within a process. The call costs a few instructions; keep the reference where even these
/// are too many.
[[nodiscard]] inline const std::atomic<unsigned>& fork_count() noexcept {
    static constinit std::atomic<unsigned> count{0};
    static const int registered = pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1); });
    static_cast<void>(registered);
    return count;
}

}  // namespace credence::detail
