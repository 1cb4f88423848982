// SPDX-License-Identifier: MIT
// A cache of headers: exact, bounded, and safe to fill from many threads.
#include <credence/jwt/detail/header_cache.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using Headers = credence::detail::HeaderCache<int>;

TEST_CASE("a header is found where it ends at the token's first dot, and nowhere else") {
    Headers headers;
    CHECK(headers.find("abc.d.e") == nullptr);
    headers.insert("abc", 43, {.header = {"HS256", "k", "JWT"}, .has_kid = true}, 7);
    const auto* found = headers.find("abc.d.e");
    REQUIRE(found != nullptr);
    CHECK(found->header.header == credence::Header{"HS256", "k", "JWT"});
    CHECK(found->signature_size == 43);
    CHECK(found->key == 7);
    for (const char* token : {"", "abc", "abcd.e.f", "ab.c.d", "ab", ".abc.d", "xabc.d", "ABC.d.e", "abc_d.e"}) {
        INFO(token);
        CHECK(headers.find(token) == nullptr);
    }
}

TEST_CASE("a cache of headers is bounded, and learns nothing twice") {
    Headers headers;
    for (int round = 0; round < 3; ++round) headers.insert("a", 1, {}, round);
    CHECK(headers.find("a.")->key == 0);
    CHECK(headers.has_room());
    for (int number = 0; number < 100; ++number) headers.insert(std::to_string(number), 1, {}, number);
    CHECK_FALSE(headers.has_room());
    int known = 0;
    for (int number = 0; number < 100; ++number) {
        const auto* found = headers.find(std::to_string(number) + ".");
        if (found == nullptr) continue;
        ++known;
        CHECK(found->key == number);
    }
    CHECK(known < 20);
    CHECK(headers.find("a.")->key == 0);
}

TEST_CASE("a header of unusual length is not remembered") {
    Headers headers;
    headers.insert(std::string(100'000, 'a'), 1, {}, 1);
    CHECK(headers.find(std::string(100'000, 'a') + ".") == nullptr);
}

TEST_CASE("many threads insert and find at once") {
    Headers headers;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int number = 0; number < 500; ++number) {
                const int segment = number % 6;
                headers.insert(std::to_string(segment), 1, {}, segment);
                const auto* found = headers.find(std::to_string(segment) + ".x.y");
                if (found != nullptr && found->key != segment) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
