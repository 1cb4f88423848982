// SPDX-License-Identifier: MIT
// The meaning of Cache-Control, Age and Retry-After, also of malformed ones.
#include <credence/remote/detail/caching.hpp>

#include <chrono>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;
using credence::detail::freshness;
using credence::detail::parse_http_date;
using credence::detail::parse_retry_after;

namespace {

/// The freshness in seconds; -1 if the answer does not give one.
long long fresh(std::string_view cache_control, std::string_view age = "") {
    const auto found = freshness(cache_control, age);
    return found ? found->count() : -1;
}

}  // namespace

TEST_CASE("Cache-Control says how long an answer is fresh", "[caching]") {
    CHECK(fresh("max-age=300") == 300);
    CHECK(fresh("public, MAX-AGE = 300 , must-revalidate") == 300);
    CHECK(fresh("max-age=\"300\"") == 300);
    CHECK(fresh("max-age=0") == 0);
    CHECK(fresh("no-store") == 0);
    CHECK(fresh("No-Cache") == 0);
    CHECK(fresh("max-age=300, no-store") == 0);
    CHECK(fresh("max-age=300,max-age=60") == 60);
    CHECK(fresh("max-age=99999999999999999999") == 2'000'000'000);
}

TEST_CASE("Cache-Control without a lifetime is ignored", "[caching]") {
    for (const char* text : {"", ",", " , ,", "public", "s-maxage=300", "xmax-age=300", "max-age-300=1", "=300"}) {
        CAPTURE(text);
        CHECK(fresh(text) == -1);
    }
}

TEST_CASE("an answer with an invalid max-age is stale", "[caching]") {
    for (const char* text : {"max-age", "max-age=", "max-age=x", "max-age=-1", "max-age=1.5", "max-age=\"",
                             "max-age=+5", "max-age=1 2", "max-age=300;"}) {
        CAPTURE(text);
        CHECK(fresh(text) == 0);
    }
}

TEST_CASE("Age is subtracted from the lifetime", "[caching]") {
    CHECK(fresh("max-age=300", "100") == 200);
    CHECK(fresh("max-age=300", " 100 ") == 200);
    CHECK(fresh("max-age=300", "300") == 0);
    CHECK(fresh("max-age=300", "99999999999999999999") == 0);
    CHECK(fresh("max-age=300", "-5") == 300);
    CHECK(fresh("max-age=300", "x") == 300);
    CHECK(fresh("", "100") == -1);
}

TEST_CASE("an HTTP date is read in its preferred form only", "[caching]") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == NumericDate{784111777s});
    CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == NumericDate{0s});
    CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT") == NumericDate{1709251200s});
    for (const char* text :
         {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 2024 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
          "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov +994 08:49:37 GMT", "Sun, 06 Nov 1994 08-49:37 GMT",
          "Sun; 06 Nov 1994 08:49:37 GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text));
    }
}

TEST_CASE("Retry-After is a number of seconds or a date", "[caching]") {
    const NumericDate now{784111777s};
    CHECK(parse_retry_after("120", now) == 120s);
    CHECK(parse_retry_after(" 0 ", now) == 0s);
    CHECK(parse_retry_after("99999999999999999999", now) == 2'000'000'000s);
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now) == 30s);
    CHECK_FALSE(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now));
    CHECK_FALSE(parse_retry_after("Sun, 06 Nov 1994 08:49:30 GMT", now));
    for (const char* text : {"", "-1", "1.5", "soon", "1, 2"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_retry_after(text, now));
    }
}
