// SPDX-License-Identifier: MIT
// Addresses of Redis: their forms, and what is refused without quoting them.
#include <credence/stores/detail/redis_address.hpp>

#include <string>

#include "support/catch.hpp"

using credence::detail::read_redis_address;

namespace {

std::string redis_address_parts(const char* url) {
    const auto address = read_redis_address(url);
    if (!address) return "refused";
    if (!address->socket.empty()) return address->socket;
    return address->user + "|" + address->password + "|" + address->host + "|" + std::to_string(address->port) + "|" +
           address->database;
}

}  // namespace

TEST_CASE("an address of Redis is read") {
    CHECK(redis_address_parts("redis://") == "||localhost|6379|");
    CHECK(redis_address_parts("redis://cache.example") == "||cache.example|6379|");
    CHECK(redis_address_parts("redis://cache.example:7000/3") == "||cache.example|7000|3");
    CHECK(redis_address_parts("redis://:7000/") == "||localhost|7000|");
    CHECK(redis_address_parts("redis://secret@h") == "|secret|h|6379|");
    CHECK(redis_address_parts("redis://:secret@h") == "|secret|h|6379|");
    CHECK(redis_address_parts("redis://ann:p%40s:s%2f%25@h:1") == "ann|p@s:s/%|h|1|");
    CHECK(redis_address_parts("redis://ann:p@ss@h") == "ann|p@ss|h|6379|");
    CHECK(redis_address_parts("redis://[::1]:7000/0") == "||::1|7000|0");
    CHECK(redis_address_parts("redis://[::1]") == "||::1|6379|");
    CHECK(redis_address_parts("unix:/run/redis.sock") == "/run/redis.sock");
}

TEST_CASE("an invalid address of Redis is refused with a reason that does not quote it") {
    for (const char* url : {"",
                            "redis",
                            "http://h",
                            "localhost:6379",
                            "unix:",
                            "rediss://h",
                            "redis://h:0",
                            "redis://h:65536",
                            "redis://h:x",
                            "redis://h:",
                            "redis://[::1",
                            "redis://[::1]7000",
                            "redis://h/x",
                            "redis://h/1/2",
                            "redis://h/-1",
                            "redis://ann:@h",
                            "redis://@h",
                            "redis://a%4:x@h",
                            "redis://a:%zz@h",
                            "redis://a:b@h?x=y"}) {
        INFO(url);
        const auto refused = read_redis_address(url);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == credence::Errc::store_unavailable);
        CHECK_FALSE(refused.error().reason.empty());
    }
}
