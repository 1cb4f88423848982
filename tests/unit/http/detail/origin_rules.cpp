// SPDX-License-Identifier: MIT
// The rules for the origin of a request, one by one. Whole requests are in ../cross_origin.cpp.
#include <credence/http/detail/origin_rules.hpp>

#include "support/catch.hpp"

using namespace credence;
using namespace credence::detail;

TEST_CASE("a method is safe if it changes nothing, in capital letters", "[origin_rules]") {
    for (const char* method : {"GET", "HEAD", "OPTIONS", "TRACE"}) CHECK(is_safe_method(method));
    for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "get", "GET ", ""})
        CHECK_FALSE(is_safe_method(method));
}

TEST_CASE("a trusted origin is compared as a whole, without case", "[origin_rules]") {
    const CrossOrigin rules{.trusted = {"https://app.example", ""}};
    CHECK(is_trusted("https://app.example", rules));
    CHECK(is_trusted("HTTPS://APP.example", rules));
    CHECK_FALSE(is_trusted("https://app.example.evil", rules));
    CHECK_FALSE(is_trusted("https://app.exampl", rules));
    CHECK_FALSE(is_trusted("", rules));
}

TEST_CASE("an origin is that of a host if host, port and scheme are the same", "[origin_rules]") {
    CHECK(is_origin_of_host("https://api.example:8443", "API.example:8443", ""));
    CHECK(is_origin_of_host("http://api.example", "api.example", ""));
    CHECK(is_origin_of_host("https://api.example", "api.example", "https"));
    CHECK_FALSE(is_origin_of_host("http://api.example", "api.example", "https"));
    CHECK_FALSE(is_origin_of_host("https://api.example", "api.example:8443", ""));
    CHECK_FALSE(is_origin_of_host("https://", "", ""));
    CHECK_FALSE(is_origin_of_host("null", "null", ""));
    CHECK_FALSE(is_origin_of_host("ftp://api.example", "api.example", ""));
}
