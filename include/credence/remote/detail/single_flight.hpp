// SPDX-License-Identifier: MIT
// SingleFlight: threads that ask the same question at the same time share one answer.
#pragma once

#include <credence/remote/fetch.hpp>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

namespace credence::detail {

/// The questions that are under way. Any thread may ask.
template <class Answer>
class SingleFlight {
public:
    /// Why there is no answer.
    enum class Outcome : unsigned char { answered, too_late, too_many };
    struct Shared {
        Outcome outcome;
        std::shared_ptr<const Answer> answer = {};  ///< of `answered`
    };

    /// \param most_waiting  how many threads may wait, for all questions together.
    explicit SingleFlight(std::size_t most_waiting) : most_waiting_(most_waiting) {}

    /// The answer of `ask()`, or of another thread's `ask()` to the same question if one is under way, which is awaited
    /// up to `deadline`. If `ask` throws, the waiting threads get `too_late`.
    template <class Ask>
    [[nodiscard]] Shared get(const std::string& question, SteadyTime deadline, const Ask& ask) {
        auto flight = std::make_shared<Flight>();
        Lock lock{mutex_};
        const auto [place, is_first] = flights_.try_emplace(question, flight);
        if (!is_first) return wait(lock, place->second, deadline);
        Landing landing{*this, question, std::move(flight)};
        lock.unlock();
        landing.answer = std::make_shared<const Answer>(ask());
        return {Outcome::answered, landing.answer};
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    struct Flight {
        std::shared_ptr<const Answer> answer = {};
        bool has_ended = false;
    };
    using FlightHandle = std::shared_ptr<Flight>;

    /// Passes the answer, or its absence, to the waiting threads.
    struct Landing {
        Landing(SingleFlight& owner, const std::string& asked, FlightHandle shared)
            : flights(owner), question(asked), flight(std::move(shared)) {}
        Landing(const Landing&) = delete;
        Landing& operator=(const Landing&) = delete;
        ~Landing() {
            const std::scoped_lock lock{flights.mutex_};
            flight->answer = answer;
            flight->has_ended = true;
            flights.flights_.erase(question);
            flights.ended_.notify_all();
        }

        SingleFlight& flights;
        const std::string& question;
        FlightHandle flight;
        std::shared_ptr<const Answer> answer = {};
    };

    /// \param flight  a copy: the table changes while the lock is not held.
    [[nodiscard]] Shared wait(Lock& lock, const FlightHandle flight, SteadyTime deadline) {
        if (waiting_ >= most_waiting_) return {Outcome::too_many};
        ++waiting_;
        ended_.wait_until(lock, deadline, [&] { return flight->has_ended; });
        --waiting_;
        if (!flight->answer) return {Outcome::too_late};
        return {Outcome::answered, flight->answer};
    }

    const std::size_t most_waiting_;
    std::mutex mutex_;
    std::condition_variable ended_;
    std::unordered_map<std::string, FlightHandle> flights_;
    std::size_t waiting_ = 0;
};

}  // namespace credence::detail
