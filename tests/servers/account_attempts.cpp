// SPDX-License-Identifier: MIT
// The count of failed logins: which failures it counts, for how long, and that an attacker cannot make it forget them.
#include <chrono>
#include <string>

#include "../../examples/support/attempts.hpp"
#include "support/catch.hpp"

namespace {

using namespace support;
using namespace std::chrono_literals;

/// A clock that stands still until the test moves it.
struct Hands {
    Attempts::Clock::time_point now{1h};

    [[nodiscard]] Attempts::Rules rules(std::size_t most_pairs = 1000) {
        return {.most_pairs = most_pairs, .now = [this] { return now; }};
    }
};

/// Makes an attempt that fails. \return whether the attempt was allowed.
bool fails(Attempts& attempts, const std::string& email, const std::string& address = "192.0.2.1") {
    return attempts.admit(email, address).attempt.has_value();
}

void fail_five_times(Attempts& attempts, const std::string& email) {
    for (int count = 0; count < 5; ++count) REQUIRE(fails(attempts, email));
}

}  // namespace

TEST_CASE("attempts: five failures in a minute, and each ends a minute later") {
    Hands hands;
    Attempts attempts{hands.rules()};
    for (int count = 0; count < 5; ++count) {
        REQUIRE(fails(attempts, "ann@example.com"));
        hands.now += 10s;
    }
    const auto refused = attempts.admit("ann@example.com", "192.0.2.1");
    CHECK_FALSE(refused.attempt);
    CHECK(refused.retry_after == 10s);
    CHECK(fails(attempts, "ann@example.com", "192.0.2.2"));
    CHECK(fails(attempts, "bob@example.com"));
    hands.now += 10s;
    CHECK(fails(attempts, "ann@example.com"));
    CHECK_FALSE(fails(attempts, "ann@example.com"));
}

TEST_CASE("attempts: old counts are dropped, also those of clients that never come again") {
    Hands hands;
    Attempts attempts{hands.rules()};
    for (int number = 0; number < 500; ++number) {
        hands.now += 100ms;
        REQUIRE(fails(attempts, std::to_string(number) + "@example.com"));
    }
    CHECK(attempts.size() == 500);
    hands.now += Attempts::window;
    attempts.admit("bob@example.com", "192.0.2.1").attempt->is_no_failure();
    CHECK(attempts.size() == 0);
}

TEST_CASE("attempts: a success leaves no count") {
    Hands hands;
    Attempts attempts{hands.rules()};
    attempts.admit("ann@example.com", "192.0.2.1").attempt->is_no_failure();
    CHECK(attempts.size() == 0);
}

TEST_CASE("attempts: a flood of other clients neither uses more memory nor removes a count") {
    Hands hands;
    Attempts attempts{hands.rules(1000)};
    fail_five_times(attempts, "victim@example.com");
    std::size_t let_in = 0;
    for (int number = 0; number < 5000; ++number) {
        hands.now += 1ms;
        let_in += fails(attempts, std::to_string(number) + "@example.com") ? 1 : 0;
    }
    CHECK(let_in == 999);
    CHECK(attempts.size() == 1000);
    CHECK_FALSE(fails(attempts, "victim@example.com"));
    // Names with a count may go on; the others get a time to retry.
    CHECK(fails(attempts, "1@example.com"));
    const auto refused = attempts.admit("new@example.com", "192.0.2.1");
    CHECK_FALSE(refused.attempt);
    CHECK(refused.retry_after == 55s);
    hands.now += refused.retry_after;
    CHECK(fails(attempts, "new@example.com"));
}

TEST_CASE("attempts: the default capacity is more than a minute of failures") {
    Hands hands;
    Attempts attempts{{.now = [&hands] { return hands.now; }}};
    fail_five_times(attempts, "victim@example.com");
    for (int number = 0; number < 120'000; ++number) (void)fails(attempts, std::to_string(number) + "@example.com");
    CHECK_FALSE(fails(attempts, "victim@example.com"));
    CHECK(attempts.size() == 100'000);
}

TEST_CASE("attempts: a network in IPv6 is one address") {
    Hands hands;
    Attempts attempts{hands.rules()};
    for (int host = 1; host <= 5; ++host)
        REQUIRE(fails(attempts, "ann@example.com", "2001:db8:1:2:" + std::to_string(host) + "::1"));
    CHECK_FALSE(fails(attempts, "ann@example.com", "2001:db8:1:2:ffff::"));
    CHECK(fails(attempts, "ann@example.com", "2001:db8:1:3::1"));
    for (const char* address : {"::ffff:192.0.2.1", "::ffff:192.0.2.2"}) {
        for (int count = 0; count < 5; ++count) REQUIRE(fails(attempts, "ann@example.com", address));
        CHECK_FALSE(fails(attempts, "ann@example.com", address));
    }
}
