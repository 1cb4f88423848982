// SPDX-License-Identifier: MIT
// Failed logins, counted in a sliding window.
#include "attempts.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace account {
namespace {

/// The first half of an address in IPv6; one in IPv4 as it is, also where it is written as one in IPv6.
std::string network_of(const std::string& address) {
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const bool is_mapped = std::equal(mapped.begin(), mapped.end(), bytes.begin());
    const auto from = is_mapped ? bytes.begin() + mapped.size() : bytes.begin();
    return {from, is_mapped ? bytes.end() : bytes.begin() + bytes.size() / 2};
}

}  // namespace

Attempts::Admission Attempts::admit(const std::string& email, const std::string& address) {
    const std::string key = email + "\n" + network_of(address);
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
        if (record.failures.size() >= most_failures)
            return {.retry_after = seconds_until_over(record.failures.front())};
        if (record.failures.size() + record.under_way < most_failures) {
            ++record.under_way;
            return {.attempt = Attempt{*this, key}};
        }
        ended_.wait(lock);
    }
}

std::size_t Attempts::size() {
    const std::lock_guard lock{mutex_};
    return records_.size();
}

void Attempts::end(const std::string& key, bool is_failure) noexcept {
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

void Attempts::drop_old(Clock::time_point now) {
    while (!by_age_.empty() && by_age_.begin()->first + window <= now) {
        const auto found = records_.find(by_age_.begin()->second);
        by_age_.erase(by_age_.begin());
        found->second.failures.clear();
        if (found->second.under_way == 0) records_.erase(found);
    }
}

}  // namespace account
