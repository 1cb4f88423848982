// SPDX-License-Identifier: MIT
// Replaces the global operator new by one that counts. Each thread has its own counter, so that it costs an increment
// and no lock.
#include "support/allocations.hpp"

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace {

thread_local constinit std::size_t count = 0;
thread_local constinit std::size_t openssl_count = 0;

void* count_malloc(std::size_t size, const char* /*file*/, int /*line*/) {
    ++openssl_count;
    return std::malloc(size);
}
void* count_realloc(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    ++openssl_count;
    return std::realloc(memory, size);
}
void pass_free(void* memory, const char* /*file*/, int /*line*/) { std::free(memory); }

}  // namespace

namespace support {

std::size_t allocations() noexcept { return count; }
std::size_t openssl_allocations() noexcept { return openssl_count; }
bool count_openssl_allocations() noexcept {
    return CRYPTO_set_mem_functions(count_malloc, count_realloc, pass_free) == 1;
}

}  // namespace support

void* operator new(std::size_t size) {
    ++count;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
