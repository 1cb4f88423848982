// SPDX-License-Identifier: MIT
// How often a password may be guessed: five failures a minute for one e-mail from one address.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace account {

/// Counts failed logins. Threads share one. What it knows ends with the process.
///
/// Its memory is bounded: what is older than the window goes with the next attempt, and when there is no room left, who
/// has no count yet must wait until there is. Nothing is forgotten before its time, or an attacker would fill the memory
/// to have her own count forgotten. Each failure costs a password hash, so that few machines can have so many a minute.
class Attempts {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::size_t most_failures = 5;
    static constexpr std::chrono::seconds window{60};

    struct Rules {
        std::size_t most_pairs = 100'000;  ///< Of an e-mail and an address.
        std::function<Clock::time_point()> now = Clock::now;
    };

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

    Attempts() = default;
    explicit Attempts(Rules rules) : rules_(std::move(rules)) {}

    /// \param email    in its normal form, so that it has one count.
    /// \param address  of the connection. Of one in IPv6 the network counts, for whoever has one has 2^64.
    [[nodiscard]] Admission admit(const std::string& email, const std::string& address);

    /// How many pairs have a count.
    [[nodiscard]] std::size_t size();

private:
    struct Record {
        std::vector<Clock::time_point> failures = {};
        std::size_t under_way = 0;
    };
    using Records = std::map<std::string, Record>;

    void end(const std::string& key, bool is_failure) noexcept;
    void drop_old(Clock::time_point now);

    /// When a record's last failure was, and its key.
    using Place = std::pair<Clock::time_point, std::string>;

    Rules rules_ = {};
    std::mutex mutex_ = {};
    std::condition_variable ended_ = {};
    Records records_ = {};
    std::set<Place> by_age_ = {};  ///< Those with a failure.
};

}  // namespace account
