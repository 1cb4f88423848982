// SPDX-License-Identifier: MIT
// Limits guesses of a password: that many failures a minute for one name from one address.
#pragma once

#include <algorithm>
#include <array>
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

#include <arpa/inet.h>

namespace support {

/// Counts failed logins. Threads may share it. The counts end with the process.
///
/// Its memory is bounded. Failures that are older than the window are dropped at the next attempt. If the memory is
/// full, a pair without a count must wait. No failure is dropped early: otherwise an attacker could fill the memory to
/// get rid of her own count. If a failure costs little, limit the failures of an address too.
class Attempts {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::seconds window{60};

    struct Rules {
        std::size_t most_failures = 5;     ///< Failures in a window.
        std::size_t most_pairs = 100'000;  ///< Pairs of a name and an address.
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
        /// Call it if the password was right, or was not compared.
        void is_no_failure() noexcept { is_failure_ = false; }

    private:
        Attempts* attempts_;
        std::string key_;
        bool is_failure_ = true;
    };

    /// One allowed attempt, or the number of seconds until the next one.
    ///
    /// Attempts that are under way could all fail, so at most as many are allowed as failures are left. The others wait
    /// for their outcome, and parallel guessing gains nothing.
    struct Admission {
        std::optional<Attempt> attempt = {};
        std::chrono::seconds retry_after{0};
    };

    Attempts() = default;
    explicit Attempts(Rules rules) : rules_(std::move(rules)) {}

    /// \param name     the name of the user in its normal form, so that it has one count.
    /// \param address  the address of the connection. In IPv6 only the network counts: a client has 2^64 addresses.
    [[nodiscard]] Admission admit(const std::string& name, const std::string& address);

    /// How many pairs have a count.
    [[nodiscard]] std::size_t size();

private:
    struct Record {
        std::vector<Clock::time_point> failures = {};
        std::size_t under_way = 0;
    };
    using Records = std::map<std::string, Record>;

    /// The first half of an IPv6 address; the whole of an IPv4 address, also if it is mapped into IPv6.
    static std::string network_of(const std::string& address) {
        std::array<unsigned char, 16> bytes{};
        if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
        constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
        const bool is_mapped = std::equal(mapped.begin(), mapped.end(), bytes.begin());
        const auto from = is_mapped ? bytes.begin() + mapped.size() : bytes.begin();
        return {from, is_mapped ? bytes.end() : bytes.begin() + bytes.size() / 2};
    }

    void end(const std::string& key, bool is_failure) noexcept;
    void drop_old(Clock::time_point now);

    /// The time of the last failure of a record, and its key.
    using Place = std::pair<Clock::time_point, std::string>;

    Rules rules_ = {};
    std::mutex mutex_ = {};
    std::condition_variable ended_ = {};
    Records records_ = {};
    std::set<Place> by_age_ = {};  ///< Records with a failure.
};

inline Attempts::Admission Attempts::admit(const std::string& name, const std::string& address) {
    const std::string key = name + "\n" + network_of(address);
    std::unique_lock lock{mutex_};
    while (true) {
        const auto now = rules_.now();
        drop_old(now);
        const auto seconds_until_over = [now](Clock::time_point failure) {
            return std::chrono::ceil<std::chrono::seconds>(failure + window - now);
        };
        const bool has_room = by_age_.size() < rules_.most_pairs || records_.contains(key);
        if (!has_room) return {.retry_after = seconds_until_over(by_age_.begin()->first)};
        Record& record = records_[key];
        std::erase_if(record.failures, [now](Clock::time_point failure) { return failure + window <= now; });
        if (record.failures.size() >= rules_.most_failures)
            return {.retry_after = seconds_until_over(record.failures.front())};
        if (record.failures.size() + record.under_way < rules_.most_failures) {
            ++record.under_way;
            return {.attempt = Attempt{*this, key}};
        }
        ended_.wait(lock);
    }
}

inline std::size_t Attempts::size() {
    const std::lock_guard lock{mutex_};
    return records_.size();
}

inline void Attempts::end(const std::string& key, bool is_failure) noexcept {
    {
        const std::lock_guard lock{mutex_};
        Record& record = records_[key];
        --record.under_way;
        if (is_failure) {
            if (!record.failures.empty()) by_age_.erase({record.failures.back(), key});
            record.failures.push_back(rules_.now());
            by_age_.emplace(record.failures.back(), key);
        }
        if (record.under_way == 0 && record.failures.empty()) records_.erase(key);
    }
    ended_.notify_all();
}

inline void Attempts::drop_old(Clock::time_point now) {
    while (!by_age_.empty() && by_age_.begin()->first + window <= now) {
        const auto found = records_.find(by_age_.begin()->second);
        by_age_.erase(by_age_.begin());
        found->second.failures.clear();
        if (found->second.under_way == 0) records_.erase(found);
    }
}

}  // namespace support
