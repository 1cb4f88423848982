// SPDX-License-Identifier: MIT
// SingleFlight: a question is asked only once at a time, by one of the threads that have it.
#include <credence/remote/detail/single_flight.hpp>

#include <atomic>
#include <chrono>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using Flights = credence::detail::SingleFlight<int>;

namespace {

auto later(std::chrono::milliseconds span) { return std::chrono::steady_clock::now() + span; }

}  // namespace

TEST_CASE("equal requests share one call while it runs, and a later one makes a new call", "[single_flight]") {
    Flights flights{100};
    std::binary_semaphore is_begun{0};
    std::binary_semaphore may_end{0};
    std::atomic<int> asked = 0;
    std::thread first{[&] {
        const auto shared = flights.get("a", later(60s), [&] {
            ++asked;
            is_begun.release();
            may_end.acquire();
            return 7;
        });
        CHECK(*shared.answer == 7);
    }};
    is_begun.acquire();
    CHECK(*flights.get("b", later(60s), [] { return 8; }).answer == 8);  // another question
    CHECK(flights.get("a", later(0ms), [&] { return ++asked; }).outcome == Flights::Outcome::too_late);
    std::atomic<int> answered = 0;
    std::vector<std::thread> others;
    for (int count = 0; count < 5; ++count) {
        others.emplace_back([&] { answered += *flights.get("a", later(60s), [] { return 7; }).answer == 7 ? 1 : 0; });
    }
    may_end.release();
    first.join();
    for (auto& thread : others) thread.join();
    CHECK(answered == 5);
    CHECK(asked == 1);
    CHECK(*flights.get("a", later(0ms), [] { return 9; }).answer == 9);
}

TEST_CASE("at most the allowed number of threads wait, and after an exception the next request makes a new call",
          "[single_flight]") {
    Flights flights{0};
    const auto outcome = [&] { return flights.get("a", later(60s), [] { return 1; }).outcome; };
    auto within = Flights::Outcome::answered;
    const auto asks_again = [&] {
        within = outcome();
        return 2;
    };
    CHECK(*flights.get("a", later(60s), asks_again).answer == 2);
    CHECK(within == Flights::Outcome::too_many);
    CHECK_THROWS_AS(flights.get("a", later(60s), []() -> int { throw std::runtime_error{"ask"}; }), std::runtime_error);
    CHECK(outcome() == Flights::Outcome::answered);
}
