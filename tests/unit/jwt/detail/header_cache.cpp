// SPDX-License-Identifier: MIT
// A cache of headers: exact, bounded, and safe to fill from many threads.
#include <credence/jwt/detail/header_cache.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using Headers = credence::detail::HeaderCache<int>;

TEST_CASE("a cached header is found only if it ends at the token's first dot") {
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

TEST_CASE("a cached header never changes") {
    Headers headers;
    for (int round = 0; round < 3; ++round) headers.insert("a", 1, {}, round);
    CHECK(headers.find("a.")->key == 0);
}

/// How many of the headers numbered 0 to `count` - 1 are found.
int found_of(const Headers& headers, int count) {
    int found = 0;
    for (int number = 0; number < count; ++number) {
        const auto* entry = headers.find(std::to_string(number) + ".");
        if (entry == nullptr) continue;
        ++found;
        CHECK(entry->key == number);
    }
    return found;
}

TEST_CASE("headers of many issuers are cached, up to a limit") {
    Headers headers;
    const auto insert = [&](int first, int end) {
        for (int number = first; number < end; ++number) headers.insert(std::to_string(number), 1, {}, number);
    };
    insert(0, 200);
    CHECK(found_of(headers, 200) == 200);
    insert(200, 10'000);
    CHECK(found_of(headers, 200) == 200);
    CHECK(found_of(headers, 10'000) <= static_cast<int>(Headers::capacity));
    for (const char* token : {"", "17", "17x.", ".17", "10000.", "0"}) {
        INFO(token);
        CHECK(headers.find(token) == nullptr);
    }
}

TEST_CASE("a header of unusual length is not cached") {
    Headers headers;
    for (int number = 0; number < 10; ++number) headers.insert(std::to_string(number), 1, {}, number);
    for (const std::size_t length : {std::size_t{513}, std::size_t{100'000}}) {
        headers.insert(std::string(length, 'a'), 1, {}, 1);
        CHECK(headers.find(std::string(length, 'a') + ".") == nullptr);
    }
    headers.insert(std::string(512, 'a'), 1, {}, 1);
    CHECK(headers.find(std::string(512, 'a') + ".") != nullptr);
}

TEST_CASE("many threads insert and find at once") {
    Headers headers;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int number = 0; number < 3000; ++number) {
                const int segment = number % 60;
                headers.insert(std::to_string(segment), 1, {}, segment);
                const auto* found = headers.find(std::to_string(segment) + ".x.y");
                if (found != nullptr && found->key != segment) ++wrong;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
}
