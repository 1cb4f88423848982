// SPDX-License-Identifier: MIT
// operator new and delete of the test programs: malloc and free, with a counter.
#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local constinit support::Allocations so_far;
thread_local constinit std::size_t until_failure = 0;  // 0: never

}  // namespace

namespace support {

Allocations allocations() noexcept { return so_far; }

FailingAllocation::FailingAllocation(std::size_t number) noexcept { until_failure = number; }
FailingAllocation::~FailingAllocation() { until_failure = 0; }

}  // namespace support

// All plain forms are replaced, so that a sanitizer's own form is never paired with one of these.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    ++so_far.count;
    so_far.bytes += size;
    if (until_failure > 0 && --until_failure == 0) return nullptr;
    return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) return memory;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept { return operator new(size, tag); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept { std::free(memory); }
