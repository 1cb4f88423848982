// SPDX-License-Identifier: MIT
// Counts what this thread allocates with operator new, and refuses it if a test asks for that.
#pragma once

#include <cstddef>

namespace support {

/// Allocations of this thread so far.
struct Allocations {
    std::size_t count = 0;
    std::size_t bytes = 0;
};
[[nodiscard]] Allocations allocations() noexcept;

/// How often `action` allocates.
template <class Action>
[[nodiscard]] Allocations allocations_of(Action&& action) {
    const Allocations before = allocations();
    action();
    const Allocations after = allocations();
    return {after.count - before.count, after.bytes - before.bytes};
}

/// While this object exists, the allocation of this thread with the given number fails. The first has the number one.
class FailingAllocation {
public:
    explicit FailingAllocation(std::size_t number) noexcept;
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;
    ~FailingAllocation();
};

}  // namespace support
