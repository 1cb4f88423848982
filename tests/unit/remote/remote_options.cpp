// SPDX-License-Identifier: MIT
// The defaults of keys that follow an issuer, each of which is documented, and options that are refused.
#include <credence/remote/remote_options.hpp>

#include <chrono>
#include <string>

#include "support/catch.hpp"

using namespace credence;
using namespace std::chrono_literals;

TEST_CASE("the defaults are the documented ones", "[remote_options]") {
    const RemoteOptions options;
    CHECK(options.check());
    CHECK(options.interval == 10min);
    CHECK(options.min_age == 1min);
    CHECK(options.max_age == 1h);
    CHECK(options.refresh_ahead == 30s);
    CHECK(options.max_stale == 6h);
    CHECK(options.cool_down == 30s);
    CHECK(options.unknown_key_wait == 2s);
    CHECK(options.max_waiters == 8);
    CHECK(options.connect_timeout == 2s);
    CHECK(options.total_timeout == 5s);
    CHECK(options.retry == 1s);
    CHECK(options.max_retry_empty == 30s);
    CHECK(options.max_retry == 5min);
    CHECK(options.rediscover == 24h);
    CHECK(options.max_set_bytes == 1048576);
    CHECK(options.max_document_bytes == 262144);
}

TEST_CASE("an impossible option is refused by name", "[remote_options]") {
    const auto fault = [](const RemoteOptions& options) {
        const auto checked = options.check();
        if (checked) return std::string{"accepted"};
        CHECK(checked.error().stage == FetchStage::configuration);
        return checked.error().detail;
    };
    CHECK(fault({.interval = 0s}) == "interval is not positive, or more than a year");
    CHECK(fault({.min_age = -1s}) == "min_age is not positive, or more than a year");
    CHECK(fault({.max_age = 0s}) == "max_age is not positive, or more than a year");
    CHECK(fault({.min_age = 2min, .max_age = 90s}) == "max_age is less than min_age");
    CHECK(fault({.interval = 1s, .min_age = 2min, .max_age = 90s}) == "accepted");
    CHECK(fault({.refresh_ahead = -1ms}) == "refresh_ahead is negative, or more than a year");
    CHECK(fault({.max_stale = -1ms}) == "max_stale is negative, or more than a year");
    CHECK(fault({.max_stale = (std::chrono::milliseconds::max)()}) == "max_stale is negative, or more than a year");
    CHECK(fault({.max_stale = 0s, .cool_down = 0s, .unknown_key_wait = 0s}) == "accepted");
    CHECK(fault({.cool_down = -1ms}) == "cool_down is negative, or more than a year");
    CHECK(fault({.unknown_key_wait = -1ms}) == "unknown_key_wait is negative, or more than a year");
    CHECK(fault({.connect_timeout = 0s}) == "connect_timeout is not positive, or more than a year");
    CHECK(fault({.total_timeout = 0s}) == "total_timeout is not positive, or more than a year");
    CHECK(fault({.retry = 0s}) == "retry is not positive, or more than a year");
    CHECK(fault({.max_retry_empty = 0s}) == "max_retry_empty is not positive, or more than a year");
    CHECK(fault({.max_retry = 0s}) == "max_retry is not positive, or more than a year");
    CHECK(fault({.rediscover = 0s}) == "rediscover is not positive, or more than a year");
    CHECK(fault({.max_set_bytes = 0}) == "max_set_bytes or max_document_bytes is 0");
    CHECK(fault({.max_document_bytes = 0}) == "max_set_bytes or max_document_bytes is 0");
}
