// SPDX-License-Identifier: MIT
// What this thread allocates with operator new: counted, and, where a test asks for it, refused.
#pragma once

#include <cstddef>

namespace support {

/// Allocations of this thread so far.
struct Allocations {
    std::size_t count = 0;
    std::size_t bytes = 0;
};
[[nodiscard]] Allocations allocations() noexcept;

/// What `action` allocates.
template <class Action>
[[nodiscard]] Allocations allocations_of(Action&& action) {
    const Allocations before = allocations();
    action();
    const Allocations after = allocations();
    return {after.count - before.count, after.bytes - before.bytes};
}

/// While it lives, the allocation of this thread with the given number, counted from one, fails.
class FailingAllocation {
public:
    explicit FailingAllocation(std::size_t number) noexcept;
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;
    ~FailingAllocation();
};

}  // namespace support
