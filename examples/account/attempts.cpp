// SPDX-License-Identifier: MIT
// Failed logins, counted in a sliding window.
#include "attempts.hpp"

namespace account {
namespace {

/// When so many pairs of e-mail and address are known, the old ones are swept out.
constexpr std::size_t most_records = 20'000;

void drop_old(std::deque<Attempts::Clock::time_point>& failures, Attempts::Clock::time_point now) {
    while (!failures.empty() && failures.front() + Attempts::window <= now) failures.pop_front();
}

}  // namespace

Attempts::Admission Attempts::admit(const std::string& email, const std::string& address) {
    const std::string key = email + "\n" + address;
    std::unique_lock lock{mutex_};
    while (true) {
        const auto now = Clock::now();
        if (records_.size() >= most_records) forget(now);
        Record& record = records_[key];
        drop_old(record.failures, now);
        if (record.failures.size() >= most_failures) {
            const auto left = std::chrono::ceil<std::chrono::seconds>(record.failures.front() + window - now);
            return {.retry_after = left};
        }
        if (record.failures.size() + record.under_way < most_failures) {
            ++record.under_way;
            return {.attempt = Attempt{*this, key}};
        }
        ended_.wait(lock);
    }
}

void Attempts::end(const std::string& key, bool is_failure) noexcept {
    {
        const std::lock_guard lock{mutex_};
        Record& record = records_[key];
        --record.under_way;
        if (is_failure) record.failures.push_back(Clock::now());
        if (record.under_way == 0 && record.failures.empty()) records_.erase(key);
    }
    ended_.notify_all();
}

void Attempts::forget(Clock::time_point now) {
    for (auto& [key, record] : records_) drop_old(record.failures, now);
    std::erase_if(records_,
                  [](const auto& entry) { return entry.second.failures.empty() && entry.second.under_way == 0; });
    // A flood of made-up addresses: rather forget failures than let the memory grow.
    if (records_.size() >= most_records)
        std::erase_if(records_, [](const auto& entry) { return entry.second.under_way == 0; });
}

}  // namespace account
