// SPDX-License-Identifier: MIT
// The threads that fetch the keys of many issuers: two threads, for any number of issuers.
#pragma once

#include <credence/clock.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/blocked_signals.hpp>
#include <credence/remote/detail/driver.hpp>
#include <credence/remote/detail/polled_state.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace credence::detail {

/// Fetches keys for its members. A member is served from the first token that needs a key of it, until it has had no
/// tokens for a while.
template <class Set>
class FetchLoop {
public:
    /// The keys of one issuer.
    class Member {
    public:
        Member(KeyOrigin origin, RemoteOptions options) : state_(std::move(origin), std::move(options), {}) {}

        [[nodiscard]] PolledState<Set>& state() noexcept { return state_; }
        /// Whether no fetch attempt has ended yet.
        [[nodiscard]] bool is_new() const noexcept { return !has_answer_.load(std::memory_order_acquire); }

    private:
        friend class FetchLoop;

        PolledState<Set> state_;
        std::atomic<bool> has_answer_ = false;
        std::atomic<bool> is_awake_ = false;
        std::atomic<SteadyTime::rep> last_use_ = 0;
        SteadyTime wake_ = {};        // this and the following: under the loop's lock
        std::uint64_t attempts_ = 0;  ///< that have ended
        bool is_busy_ = false;
        bool is_wanted_ = false;   ///< by a token that waits, so it does not rest
        bool is_removed_ = false;  ///< while it was awake: it is not served again
    };
    using Handle = std::shared_ptr<Member>;

    /// \param limits      of waiting: `unknown_key_wait` and `max_waiters`, for all members together.
    /// \param rest_after  how long a member without tokens is still kept up to date.
    FetchLoop(AnyTransport transport, RemoteOptions limits, std::chrono::milliseconds rest_after)
        : transport_(std::move(transport)), limits_(std::move(limits)), rest_after_(rest_after) {}

    /// Records a token of a member. \return false if the member has rested: its keys may be older than the published
    /// ones, and it must be replaced by a new member.
    [[nodiscard]] bool use(const Handle& member) {
        const SteadyTime now = std::chrono::steady_clock::now();
        const SteadyTime last{SteadyTime::duration{member->last_use_.load(std::memory_order_relaxed)}};
        if (last != SteadyTime{} && now - last > rest_after_) return false;
        // Not for each token: other threads read it.
        if (now - last > std::chrono::seconds{1}) {
            member->last_use_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
        }
        if (!member->is_new() && !member->is_awake_.load(std::memory_order_acquire)) wake_up(member);
        return true;
    }

    using KeyAnswer = typename PolledState<Set>::KeyAnswer;

    /// The answer about an unknown key id without a fetch. If there is no answer, the member is woken, and fetches.
    [[nodiscard]] KeyAnswer try_fetch_key(const Handle& member, const KeyQuery& query,
                                          std::optional<NumericDate> issued_at) {
        KeyAnswer found = member->is_new() ? KeyAnswer{std::nullopt, 0, told_retry_after({})}
                                           : member->state().try_fetch_key(query, issued_at);
        if (!found.answer) wake_up(member);
        return found;
    }

    /// See `FetchingKeySource`: wakes a new member, and waits as long as `limits` allows.
    [[nodiscard]] Result<bool> fetch_key(const Handle& member, const KeyQuery& query,
                                         std::optional<NumericDate> issued_at) {
        if (!is_possible_kid(query)) return false;
        const KeyAnswer found = try_fetch_key(member, query, issued_at);
        if (found.answer) return *found.answer;
        if (!wait_for_attempt(member, found.attempts)) {
            return keys_unavailable(
                "the fetch takes longer than unknown_key_wait, or max_waiters requests wait for one",
                found.retry_after);
        }
        if (auto failed = member->state().failure()) return *std::move(failed);
        return true;
    }

    /// The number of a caller that waits without a thread of its own.
    using Ticket = std::uint64_t;

    /// Calls `done` after more attempts of the member than that, from any thread, perhaps within this call.
    ///
    /// \return nullopt if too many wait; then `done` is not called.
    [[nodiscard]] std::optional<Ticket> watch(const Handle& member, std::uint64_t attempts,
                                              std::function<void()> done) {
        Lock lock{mutex_};
        if (limits_.max_waiters == 0 || watchers_.size() >= most_watchers) return std::nullopt;
        const Ticket ticket = ++last_ticket_;
        if (has_ended(*member, attempts)) {
            lock.unlock();
            done();
        } else {
            watchers_.emplace(ticket, Watcher{member, attempts, std::move(done)});
        }
        return ticket;
    }
    void unwatch(Ticket ticket) {
        const std::scoped_lock lock{mutex_};
        watchers_.erase(ticket);
    }
    /// Whether a member has had more attempts than that. \return true as well if there will be no more attempts.
    [[nodiscard]] bool has_had_more(const Handle& member, std::uint64_t attempts) {
        const std::scoped_lock lock{mutex_};
        return has_ended(*member, attempts);
    }

    [[nodiscard]] std::chrono::milliseconds unknown_key_wait() const noexcept { return limits_.unknown_key_wait; }

    /// Stops fetching for a member.
    void remove(const Handle& member) {
        const std::scoped_lock lock{mutex_};
        if (!member->is_awake_.load(std::memory_order_relaxed)) return;
        member->is_removed_ = true;
        line_.erase({member->wake_, member});
    }

    /// The body of each thread.
    void run();

    void stop() {
        stop_.request_stop();
        Lock lock{mutex_};
        work_.notify_all();
        tell(lock);
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    struct Watcher {
        Handle member;
        std::uint64_t attempts;
        std::function<void()> done;
    };
    /// More callers than `RemoteOptions::max_waiters` may wait if they need no thread.
    static constexpr std::size_t most_watchers = 1024;

    /// Makes a member due at once.
    void wake_up(const Handle& member) {
        const std::scoped_lock lock{mutex_};
        line_.erase({member->wake_, member});
        member->wake_ = SteadyTime{};
        member->is_wanted_ = true;
        member->is_awake_.store(true);
        stand_in_line(member);
        work_.notify_one();
    }

    void stand_in_line(const Handle& member) {
        if (!member->is_busy_ && !member->is_removed_) line_.emplace(member->wake_, member);
    }

    [[nodiscard]] bool wait_for_attempt(const Handle& member, std::uint64_t attempts) {
        Lock lock{mutex_};
        if (waiters_ >= limits_.max_waiters) return false;
        ++waiters_;
        const bool is_over =
            done_.wait_for(lock, limits_.unknown_key_wait, [&] { return has_ended(*member, attempts); });
        --waiters_;
        return is_over;
    }

    [[nodiscard]] bool has_ended(const Member& member, std::uint64_t attempts) const {
        return member.attempts_ > attempts || stop_.stop_requested();
    }

    /// Notifies the callers that wait for an attempt that has ended. Releases the lock meanwhile.
    void tell(Lock& lock) {
        done_.notify_all();
        std::vector<std::function<void()>> told;
        for (auto place = watchers_.begin(); place != watchers_.end();) {
            auto& [ticket, watcher] = *place;
            const bool is_over = has_ended(*watcher.member, watcher.attempts);
            if (is_over) told.push_back(std::move(watcher.done));
            place = is_over ? watchers_.erase(place) : std::next(place);
        }
        if (told.empty()) return;
        lock.unlock();
        for (const auto& done : told) done();
        lock.lock();
    }

    [[nodiscard]] bool has_rested(const Member& member, SteadyTime now) const {
        const SteadyTime last{SteadyTime::duration{member.last_use_.load(std::memory_order_relaxed)}};
        return now - last > rest_after_;
    }

    /// Sends the requests of one attempt of a member, without the lock. A member whose next attempt is due by then
    /// stands in line again: otherwise it would keep the thread while a fetch takes longer than its keys are fresh.
    void serve(Member& member, const AnyTransport& transport) {
        const std::uint64_t attempts = member.state_.attempts();
        do {
            auto request = member.state_.next(std::chrono::steady_clock::now(), now());
            if (!request) return;
            request->stop = stop_.get_token();
            auto result = catch_all(
                [&]() -> FetchResult { return transport(*request); },
                []() -> FetchResult { return FetchError{FetchStage::transfer, "the transport threw an exception"}; });
            if (stop_.stop_requested()) return;
            member.state_.answer(request->number, std::move(result), std::chrono::steady_clock::now(), now());
        } while (member.state_.attempts() == attempts);
    }

    const AnyTransport transport_;
    const RemoteOptions limits_;
    const std::chrono::milliseconds rest_after_;
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable work_;                  ///< for the threads
    std::condition_variable done_;                  ///< for those who wait for keys
    std::set<std::pair<SteadyTime, Handle>> line_;  ///< the members that are awake and not busy, by their next time
    std::size_t waiters_ = 0;
    std::map<Ticket, Watcher> watchers_;
    Ticket last_ticket_ = 0;
};

template <class Set>
void FetchLoop<Set>::run() {
    const AnyTransport transport = transport_;  // called by one thread at a time
    Lock lock{mutex_};
    while (!stop_.stop_requested()) {
        if (line_.empty()) {
            work_.wait(lock);
            continue;
        }
        const Handle member = line_.begin()->second;
        const SteadyTime now = std::chrono::steady_clock::now();
        if (member->wake_ > now) {
            const SteadyTime wake = member->wake_;
            work_.wait_until(lock, wake);
        } else if (!member->is_wanted_ && has_rested(*member, now)) {
            member->is_awake_.store(false, std::memory_order_release);
            line_.erase(line_.begin());
        } else {
            line_.erase(line_.begin());
            member->is_busy_ = true;
            member->is_wanted_ = false;
            member->wake_ = (SteadyTime::max)();
            lock.unlock();
            serve(*member, transport);
            const SteadyTime wake = member->state_.wake();
            const std::uint64_t attempts = member->state_.attempts();
            lock.lock();
            member->is_busy_ = false;
            member->wake_ = (std::min)(member->wake_, wake);  // another thread may have woken it meanwhile
            member->attempts_ = attempts;
            stand_in_line(member);
            if (attempts > 0) member->has_answer_.store(true, std::memory_order_release);
            tell(lock);
        }
    }
}

/// The threads of a loop; they end with this object.
template <class Set>
class FetchThreads {
public:
    static constexpr std::size_t count = 2;

    explicit FetchThreads(std::shared_ptr<FetchLoop<Set>> loop) : loop_(std::move(loop)) {}
    FetchThreads(const FetchThreads&) = delete;
    FetchThreads& operator=(const FetchThreads&) = delete;
    ~FetchThreads() {
        loop_->stop();
        for (std::thread& thread : threads_) {
            if (thread.get_id() == std::this_thread::get_id()) {
                thread.detach();  // the last handle was dropped inside a hook
            } else if (thread.joinable()) {
                thread.join();
            }
        }
    }

    /// \return false if the system has no thread left.
    [[nodiscard]] bool start() {
        const BlockedSignals blocked;  // signals are for the program's own threads
        const auto begin = [&] {
            for (std::thread& thread : threads_) thread = std::thread{[shared = loop_] { shared->run(); }};
            return true;
        };
        return catch_all_but_bad_alloc(begin, [] { return false; });
    }

private:
    std::shared_ptr<FetchLoop<Set>> loop_;
    std::array<std::thread, count> threads_;
};

}  // namespace credence::detail
