// SPDX-License-Identifier: MIT
// The peak of this program's C++ memory: malloc with a running sum. For one source file of a program only.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace peak_memory {

inline std::atomic<std::size_t> in_use = 0;
inline std::atomic<std::size_t> peak = 0;

inline void* take(std::size_t size) noexcept {
    void* const memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) return nullptr;
    in_use += malloc_usable_size(memory);
    peak = (std::max)(peak.load(), in_use.load());
    return memory;
}

inline void give_back(void* memory) noexcept {
    if (memory != nullptr) in_use -= malloc_usable_size(memory);
    std::free(memory);
}

/// The peak of the memory during `action`, less the memory in use at its start.
template <class Action>
[[nodiscard]] std::size_t of(Action&& action) {
    const std::size_t before = in_use;
    peak = before;
    action();
    return peak - before;
}

}  // namespace peak_memory

void* operator new(std::size_t size) {
    if (void* const memory = peak_memory::take(size)) return memory;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return peak_memory::take(size); }
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept { return peak_memory::take(size); }
void operator delete(void* memory) noexcept { peak_memory::give_back(memory); }
void operator delete[](void* memory) noexcept { peak_memory::give_back(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { peak_memory::give_back(memory); }
void operator delete[](void* memory, std::size_t /*size*/) noexcept { peak_memory::give_back(memory); }
void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept { peak_memory::give_back(memory); }
void operator delete[](void* memory, const std::nothrow_t& /*tag*/) noexcept { peak_memory::give_back(memory); }
