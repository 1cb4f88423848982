// SPDX-License-Identifier: MIT
// The keys of an issuer in a loop of the user's: a state machine under a lock, and the state that readers see.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/driver.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/schedule.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace credence::detail {

/// The times that the user passes may differ from the steady clock. Between two calls, time passes as by that clock,
/// because readers and unknown key ids do not bring a time of their own.
template <class Set>
class PolledState {
public:
    PolledState(KeyOrigin origin, RemoteOptions options, std::function<void()> on_due)
        : options_(std::move(options)),
          issuer_(origin.issuer ? origin.issuer->text() : std::string{}),
          on_due_(std::move(on_due)),
          core_(std::move(origin), options_for_core(options_), SteadyTime{}) {
        keys_.publish(core_);
    }

    /// The issuer's URL; empty if only the URL of its set is known.
    [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }
    /// The state that readers see.
    [[nodiscard]] const SharedKeys<Set>& keys() const noexcept { return keys_; }

    [[nodiscard]] std::optional<FetchRequest> next(SteadyTime now, NumericDate wall) {
        Lock lock{mutex_};
        auto request = core_.next({set_time(now), wall});
        tell(lock);
        return request;
    }

    void answer(std::uint64_t number, FetchResult result, SteadyTime now, NumericDate wall) {
        Lock lock{mutex_};
        core_.answer(number, std::move(result), {set_time(now), wall});
        tell(lock);
    }

    [[nodiscard]] SteadyTime wake() {
        const Lock lock{mutex_};
        return core_.wake();
    }

    /// The number of fetch attempts that have ended.
    [[nodiscard]] std::uint64_t attempts() {
        const Lock lock{mutex_};
        return core_.attempts();
    }

    /// Counts a token of this issuer with an unknown key id, which `try_fetch_key` does not do.
    void count_unknown() noexcept { keys_.count_unknown(); }

    /// The answer about an unknown key id without a fetch.
    struct KeyAnswer {
        std::optional<Result<bool>> answer;  ///< nullopt if a fetch is due or under way
        std::uint64_t attempts;              ///< the number of attempts that had ended then
        std::chrono::seconds retry_after;
    };

    /// Answers for a key id that the set does not have, or makes a fetch due.
    [[nodiscard]] KeyAnswer try_fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) {
        const Lock lock{mutex_};
        if (!latest_) return {std::nullopt, core_.attempts(), told_retry_after({})};  // the first fetch is due
        const SteadyTime now = (std::max)(*latest_, std::chrono::steady_clock::now() - ahead_);
        latest_ = now;
        auto answer = answer_without_fetch(core_, query, issued_at, now);
        return {std::move(answer), core_.attempts(), core_.schedule().retry_after(now)};
    }

    /// The answer to a token that waited for a failed attempt; nullopt if the last attempt succeeded.
    [[nodiscard]] std::optional<Error> failure() {
        const Lock lock{mutex_};
        const Schedule& schedule = core_.schedule();
        if (!latest_ || schedule.failures() == 0) return std::nullopt;
        const SteadyTime now = (std::max)(*latest_, std::chrono::steady_clock::now() - ahead_);
        return keys_unavailable("the fetch failed", schedule.retry_after(now));
    }

    /// See `FetchingKeySource`. Never waits.
    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) {
        if (!is_possible_kid(query)) return false;
        count_unknown();
        const KeyAnswer found = try_fetch_key(query, issued_at);
        if (found.answer) return *found.answer;
        const auto call = [&] {
            if (on_due_) on_due_();
            return true;
        };
        static_cast<void>(catch_all(call, [] { return false; }));
        return keys_unavailable("a fetch for this key is due or under way", found.retry_after);
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    /// Records the time. \return the time, never before an earlier one.
    SteadyTime set_time(SteadyTime now) {
        latest_ = latest_ ? (std::max)(*latest_, now) : now;
        ahead_ = std::chrono::steady_clock::now() - *latest_;
        return *latest_;
    }

    /// Publishes the state, and then calls the user's hook with the events, without the lock.
    void tell(Lock& lock) {
        keys_.publish(core_, ahead_);
        const auto events = core_.take_events();
        lock.unlock();
        tell_events(options_, events);
    }

    const RemoteOptions options_;
    const std::string issuer_;
    const std::function<void()> on_due_;
    SharedKeys<Set> keys_;
    std::mutex mutex_;
    RemoteCore<Set> core_;
    std::optional<SteadyTime> latest_ = {};  ///< nullopt before the first call of `next`
    SteadyTime::duration ahead_{};           ///< how much the steady clock is ahead of the user's times
};

}  // namespace credence::detail
