// SPDX-License-Identifier: MIT
// KeyOfGeneration: a key is found in its own generation only, also while threads of several generations store theirs.
#include <credence/jwt/detail/key_of_generation.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

struct Key {
    std::uint64_t generation = 0;
};
using KeyOfGeneration = credence::detail::KeyOfGeneration<Key>;

}  // namespace

TEST_CASE("a key is found in its generation, and in no other") {
    KeyOfGeneration cached;
    CHECK(cached.find(1) == nullptr);
    const Key first{1}, third{3};
    cached.store(1, &first);
    CHECK(cached.find(1) == &first);
    CHECK(cached.find(2) == nullptr);
    cached.store(3, &third);
    CHECK(cached.find(1) == nullptr);
    CHECK(cached.find(3) == &third);
    cached.store(~std::uint64_t{0}, &first);  // no generation has this number
    CHECK(cached.find(~std::uint64_t{0}) == nullptr);
}

TEST_CASE("the key of an earlier generation never comes back") {
    KeyOfGeneration cached;
    const Key first{1}, second{2};
    cached.store(2, &second);
    cached.store(1, &first);
    CHECK(cached.find(1) == nullptr);
    CHECK(cached.find(2) == &second);
}

TEST_CASE("a copy has no key") {
    KeyOfGeneration cached;
    const Key first{1};
    cached.store(1, &first);
    const KeyOfGeneration copy{cached};
    CHECK(copy.find(1) == nullptr);
}

TEST_CASE("while threads store the keys of many generations, no thread finds a key of another generation") {
    constexpr std::size_t generations = 2'000;
    std::vector<Key> keys(generations + 1);
    for (std::size_t number = 0; number <= generations; ++number) keys[number].generation = number;
    KeyOfGeneration cached;
    std::atomic<std::uint64_t> current{1};
    std::atomic<std::size_t> wrong{0}, found{0};
    const auto verify = [&] {
        for (std::uint64_t generation = 0; generation < generations;) {
            generation = current.load();
            const Key* key = cached.find(generation);
            if (key == nullptr) {
                cached.store(generation, &keys[generation]);
                key = cached.find(generation);
            }
            if (key == nullptr) continue;
            ++found;
            if (key->generation != generation) ++wrong;
        }
    };
    std::array<std::thread, 3> threads{std::thread{verify}, std::thread{verify}, std::thread{verify}};
    for (std::uint64_t generation = 2; generation <= generations; ++generation) {
        current.store(generation);
        std::this_thread::yield();
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(found > 0);
}
