// SPDX-License-Identifier: MIT
// Watches every block of memory of this program, of C++ and of OpenSSL: it is searched for secrets when it is freed,
// and on demand. The allocator is calloc, with a size before each block and all blocks in one list. For one source file
// of a program only.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string_view>

#include <openssl/crypto.h>

namespace watched_memory::detail {

struct alignas(std::max_align_t) Block {
    Block* next;
    Block* previous;
    std::size_t size;
    std::size_t unused;
};

struct Bytes {
    std::array<char, 256> text;
    std::size_t size;

    [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
};

inline std::mutex mutex;
inline Block chain{&chain, &chain, 0, 0};
inline std::array<Bytes, 16> wanted;
inline std::size_t wanted_count = 0;
inline int found_count = 0;

inline char* content_of(Block* block) { return reinterpret_cast<char*>(block + 1); }
inline Block* block_of(void* content) { return static_cast<Block*>(content) - 1; }
inline std::string_view view_of(Block* block) { return {content_of(block), block->size}; }

inline void* take(std::size_t size) {
    // Zeros: the place may have held a block in which a test itself kept a secret, which is not this block's fault.
    auto* const block = static_cast<Block*>(std::calloc(1, sizeof(Block) + size));
    if (block == nullptr) return nullptr;
    const std::scoped_lock lock{mutex};
    *block = {chain.next, &chain, size, 0};
    chain.next->previous = block;
    chain.next = block;
    return content_of(block);
}

inline void give_back(void* content) {
    if (content == nullptr) return;
    Block* const block = block_of(content);
    {
        const std::scoped_lock lock{mutex};
        const Bytes* const begin = wanted.data();
        const bool holds_secret = std::any_of(begin, begin + wanted_count, [&](const Bytes& bytes) {
            return view_of(block).find(bytes.view()) != std::string_view::npos;
        });
        if (holds_secret) ++found_count;
        block->next->previous = block->previous;
        block->previous->next = block->next;
    }
    std::free(block);
}

inline void* openssl_take(std::size_t size, const char* /*file*/, int /*line*/) {
    return size == 0 ? nullptr : take(size);
}

inline void openssl_give_back(void* content, const char* /*file*/, int /*line*/) { give_back(content); }

inline void* openssl_change(void* content, std::size_t size, const char* file, int line) {
    void* const changed = openssl_take(size, file, line);
    if (content != nullptr && changed != nullptr) {
        std::memcpy(changed, content, std::min(size, block_of(content)->size));
    }
    if (changed != nullptr || size == 0) give_back(content);
    return changed;
}

inline const bool is_watching = CRYPTO_set_mem_functions(openssl_take, openssl_change, openssl_give_back) == 1;

}  // namespace watched_memory::detail

void* operator new(std::size_t size) {
    if (void* const content = watched_memory::detail::take(size)) return content;
    throw std::bad_alloc{};
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return watched_memory::detail::take(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    return watched_memory::detail::take(size);
}
void operator delete(void* content) noexcept { watched_memory::detail::give_back(content); }
void operator delete[](void* content) noexcept { watched_memory::detail::give_back(content); }
void operator delete(void* content, std::size_t /*size*/) noexcept { watched_memory::detail::give_back(content); }
void operator delete[](void* content, std::size_t /*size*/) noexcept { watched_memory::detail::give_back(content); }

namespace watched_memory {

using detail::chain, detail::found_count, detail::is_watching, detail::mutex, detail::view_of, detail::wanted,
    detail::wanted_count, detail::Block;

/// Begins to search for these bytes. At most 16 sequences are searched for at once, of at least 8 bytes each.
inline void look_for(std::string_view bytes) {
    const std::scoped_lock lock{mutex};
    if (wanted_count == wanted.size() || bytes.size() < 8 || bytes.size() > wanted[0].text.size()) std::abort();
    std::ranges::copy(bytes, wanted[wanted_count].text.begin());
    wanted[wanted_count++].size = bytes.size();
}

/// Ends the search.
inline void forget() {
    const std::scoped_lock lock{mutex};
    wanted_count = 0;
    found_count = 0;
}

/// How many blocks held one of the sequences when they were freed, since the last `forget`.
inline int found_in_freed() {
    const std::scoped_lock lock{mutex};
    return found_count;
}

/// How many blocks in use hold these bytes.
inline int count_in_use(std::string_view bytes) {
    const std::scoped_lock lock{mutex};
    int count = 0;
    for (Block* block = chain.next; block != &chain; block = block->next) {
        if (view_of(block).data() == bytes.data()) continue;
        if (view_of(block).find(bytes) != std::string_view::npos) ++count;
    }
    return count;
}

/// Whether OpenSSL's memory is watched too: this can only be set before its first allocation.
inline bool is_watching_openssl() { return is_watching; }

}  // namespace watched_memory
