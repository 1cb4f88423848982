// SPDX-License-Identifier: MIT
// How often a password may be guessed: five failures a minute for one e-mail from one address.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace account {

/// Counts failed logins. Threads share one. What it knows ends with the process, and is bounded.
class Attempts {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t most_failures = 5;
    static constexpr std::chrono::seconds window{60};

    /// A login that is being tried. Unless it succeeds, it counts as a failure.
    class Attempt {
    public:
        Attempt(Attempts& attempts, std::string key) : attempts_(&attempts), key_(std::move(key)) {}
        Attempt(Attempt&& other) noexcept : attempts_(other.attempts_), key_(std::move(other.key_)) {
            other.attempts_ = nullptr;
        }
        Attempt(const Attempt&) = delete;
        Attempt& operator=(const Attempt&) = delete;
        Attempt& operator=(Attempt&&) = delete;
        ~Attempt() {
            if (attempts_ != nullptr) attempts_->end(key_, is_failure_);
        }
        /// The password was right, or was never looked at.
        void is_no_failure() noexcept { is_failure_ = false; }

    private:
        Attempts* attempts_;
        std::string key_;
        bool is_failure_ = true;
    };

    /// Lets one attempt through, or says after how many seconds to come again.
    ///
    /// Attempts that are under way could all fail. So no more of them are let through than there are failures left;
    /// the others wait for their outcome. Guessing in parallel gains nothing.
    struct Admission {
        std::optional<Attempt> attempt = {};
        std::chrono::seconds retry_after{0};
    };
    [[nodiscard]] Admission admit(const std::string& email, const std::string& address);

private:
    struct Record {
        std::deque<Clock::time_point> failures = {};
        std::size_t under_way = 0;
    };

    void end(const std::string& key, bool is_failure) noexcept;
    void forget(Clock::time_point now);

    std::mutex mutex_ = {};
    std::condition_variable ended_ = {};
    std::map<std::string, Record> records_ = {};
};

}  // namespace account
