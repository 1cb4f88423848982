// SPDX-License-Identifier: MIT
// IntrospectionCache: answers are bounded in time and in number.
#include <credence/remote/detail/introspection_cache.hpp>

#include <chrono>
#include <optional>
#include <string>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;
using Cache = detail::IntrospectionCache;

TEST_CASE("an answer is found until its end", "[introspection_cache]") {
    const SteadyTime now{1h};
    Cache cache{10};
    cache.insert("a", "{}", now + 5s);
    cache.insert("b", std::nullopt, now + 5s);
    CHECK(cache.find("a", now).value() == "{}");
    REQUIRE(cache.find("b", now).has_value());
    CHECK_FALSE(cache.find("b", now)->has_value());
    CHECK(cache.find("a", now + 5s - 1ns).has_value());
    CHECK_FALSE(cache.find("a", now + 5s).has_value());
    CHECK_FALSE(cache.find("c", now).has_value());
    cache.insert("a", "new", now + 9s);
    CHECK(cache.find("a", now + 6s).value() == "new");
}

TEST_CASE("a flood of refused tokens pushes no accepted one out", "[introspection_cache]") {
    const SteadyTime now{1h};
    detail::IntrospectionCaches caches{10};
    caches.insert("a", "{}", now + 60s, true);
    for (int number = 0; number < 1000; ++number) caches.insert(std::to_string(number), std::nullopt, now + 60s, false);
    CHECK(caches.find("a", now).value() == "{}");
    REQUIRE(caches.find("999", now).has_value());
    CHECK_FALSE(caches.find("999", now)->has_value());
    CHECK_FALSE(caches.find("0", now).has_value());
    CHECK_FALSE(caches.find("a", now + 60s).has_value());
}

TEST_CASE("a flood of tokens does not exceed the limit, and the latest answers are kept", "[introspection_cache]") {
    const SteadyTime now{1h};
    Cache cache{10};
    for (int number = 0; number < 1000; ++number) cache.insert(std::to_string(number), "{}", now + 60s);
    int found = 0;
    for (int number = 0; number < 1000; ++number) found += cache.find(std::to_string(number), now) ? 1 : 0;
    CHECK(found <= 10);
    CHECK(found >= 5);
    CHECK(cache.find("999", now).has_value());
    Cache none{0};
    none.insert("a", "{}", now + 60s);
    CHECK_FALSE(none.find("a", now).has_value());
}
