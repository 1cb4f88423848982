// SPDX-License-Identifier: MIT
// The memory of headers: exact, bounded, and safe to fill from many threads.
#include <credence/detail/header_memory.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using Memory = credence::detail::HeaderMemory<int>;

TEST_CASE("a header is found where it ends at the token's first dot, and nowhere else") {
    Memory memory;
    CHECK(memory.find("abc.d.e") == nullptr);
    memory.learn("abc", 43, {"HS256", "k", "JWT"}, 7);
    const auto* found = memory.find("abc.d.e");
    REQUIRE(found != nullptr);
    CHECK(found->header == credence::Header{"HS256", "k", "JWT"});
    CHECK(found->signature_size == 43);
    CHECK(found->key == 7);
    for (const char* token : {"", "abc", "abcd.e.f", "ab.c.d", "ab", ".abc.d", "xabc.d", "ABC.d.e", "abc_d.e"}) {
        INFO(token);
        CHECK(memory.find(token) == nullptr);
    }
}

TEST_CASE("the memory is bounded, and learns nothing twice") {
    Memory memory;
    for (int round = 0; round < 3; ++round) memory.learn("a", 1, {}, round);
    CHECK(memory.find("a.")->key == 0);
    CHECK(memory.has_room());
    for (int number = 0; number < 100; ++number) memory.learn(std::to_string(number), 1, {}, number);
    CHECK_FALSE(memory.has_room());
    int known = 0;
    for (int number = 0; number < 100; ++number) {
        const auto* found = memory.find(std::to_string(number) + ".");
        if (found == nullptr) continue;
        ++known;
        CHECK(found->key == number);
    }
    CHECK(known < 20);
    CHECK(memory.find("a.")->key == 0);
}

TEST_CASE("a header of unusual length is not remembered") {
    Memory memory;
    memory.learn(std::string(100'000, 'a'), 1, {}, 1);
    CHECK(memory.find(std::string(100'000, 'a') + ".") == nullptr);
}

TEST_CASE("many threads learn and find at once") {
    Memory memory;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int number = 0; number < 500; ++number) {
                const int segment = number % 6;
                memory.learn(std::to_string(segment), 1, {}, segment);
                const auto* found = memory.find(std::to_string(segment) + ".x.y");
                if (found != nullptr && found->key != segment) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
