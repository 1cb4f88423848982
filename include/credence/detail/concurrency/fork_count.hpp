// SPDX-License-Identifier: MIT
// fork_count: tells whether this process is the one in which something was made, or a child of it.
#pragma once

#include <credence/version.hpp>

#include <atomic>

#include <pthread.h>

namespace credence::detail {

/// How many calls of `fork` lie between this process and the one that first asked: a number that changes in a child,
/// and never in a process. The call costs a few instructions; keep the reference where even these are too many.
[[nodiscard]] inline const std::atomic<unsigned>& fork_count() noexcept {
    static constinit std::atomic<unsigned> count{0};
    static const int registered = pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1); });
    static_cast<void>(registered);
    return count;
}

}  // namespace credence::detail
