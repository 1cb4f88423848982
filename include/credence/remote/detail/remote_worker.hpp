// SPDX-License-Identifier: MIT
// The thread that keeps the keys of an issuer up to date, and the state that it shares with readers.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/result.hpp>
#include <credence/detail/concurrency/blocked_signals.hpp>
#include <credence/detail/concurrency/fork_count.hpp>
#include <credence/remote/detail/driver.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/schedule.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace credence::detail {

/// The current time, by both clocks.
[[nodiscard]] inline Moment present() { return {std::chrono::steady_clock::now(), now()}; }

/// The keys of an issuer, shared by the thread that fetches them and its readers.
///
/// The state machine is guarded by a mutex; readers take no lock. See `SharedKeys`.
template <class Set>
class FetchingState {
public:
    FetchingState(KeyOrigin origin, RemoteOptions options, AnyTransport transport)
        : options_(std::move(options)),
          issuer_(origin.issuer ? origin.issuer->text() : std::string{}),
          transport_(std::move(transport)),
          origin_(std::move(origin)),
          core_(origin_, options_for_core(options_), present().steady) {
        keys_.publish(core_);
    }

    /// Continues in a child process with the keys of the parent. Locks and the state machine are new: at the time of
    /// the fork another thread may have been changing those of the parent.
    explicit FetchingState(const FetchingState* parent)
        : options_(parent->options_),
          issuer_(parent->issuer_),
          transport_(parent->transport_),
          origin_(parent->origin_),
          keys_(parent->keys_),
          core_(origin_, options_for_core(options_), present().steady) {
        keys_.hand_over(parent->keys_, core_);
        keys_.publish(core_);
    }

    /// The issuer's URL; empty if only the URL of its set is known.
    [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }

    /// Fetches until `stop` is called.
    void run();

    /// Ends `run`, and the fetch under way.
    void stop() {
        stop_.request_stop();
        const std::scoped_lock lock{mutex_};
        wake_.notify_all();
        done_.notify_all();
    }

    /// The state that readers see.
    [[nodiscard]] const SharedKeys<Set>& keys() const noexcept { return keys_; }

    /// See `FetchingKeySource`.
    [[nodiscard]] Result<bool> fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at);

    /// Waits until there are keys. \return whether there are.
    [[nodiscard]] bool wait_for_keys(std::chrono::milliseconds most) {
        std::unique_lock lock{mutex_};
        return done_.wait_for(lock, most, [&] { return core_.usable() != nullptr; });
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    /// The error for a token that must wait for the next attempt. Under the lock.
    [[nodiscard]] Error unavailable(std::string_view reason) const {
        return keys_unavailable(reason, core_.schedule().retry_after(std::chrono::steady_clock::now()));
    }

    /// Publishes the state, and then calls the user's hook with the events, without the lock.
    void tell(Lock& lock) {
        keys_.publish(core_);
        done_.notify_all();
        const std::vector<RemoteEvent> events = core_.take_events();
        if (events.empty()) return;
        lock.unlock();
        tell_events(options_, events);
        lock.lock();
    }

    [[nodiscard]] FetchResult fetch(Lock& lock, FetchRequest& request) {
        request.stop = stop_.get_token();
        lock.unlock();
        auto result = catch_all(
            [&]() -> FetchResult { return transport_(request); },
            []() -> FetchResult { return FetchError{FetchStage::transfer, "the transport threw an exception"}; });
        lock.lock();
        return result;
    }

    const RemoteOptions options_;
    const std::string issuer_;
    const AnyTransport transport_;
    const KeyOrigin origin_;
    std::stop_source stop_;

    SharedKeys<Set> keys_;
    std::mutex mutex_;
    std::condition_variable wake_;  ///< for the thread
    std::condition_variable done_;  ///< for those who wait for keys
    RemoteCore<Set> core_;
    std::size_t waiters_ = 0;
    std::thread::id thread_ = {};
};

template <class Set>
void FetchingState<Set>::run() {
    Lock lock{mutex_};
    thread_ = std::this_thread::get_id();
    while (!stop_.stop_requested()) {
        auto request = core_.next(present());
        tell(lock);
        while (request && !stop_.stop_requested()) {
            auto result = fetch(lock, *request);
            if (stop_.stop_requested()) return;
            const Moment moment = present();
            const std::uint64_t number = request->number;
            request = core_.next(moment);  // first: the answer may be too late, or the keys expired
            core_.answer(number, std::move(result), moment);
            if (!request) request = core_.next(moment);
            tell(lock);
        }
        if (!stop_.stop_requested()) wake_.wait_until(lock, core_.wake());
    }
}

template <class Set>
Result<bool> FetchingState<Set>::fetch_key(const KeyQuery& query, std::optional<NumericDate> issued_at) {
    if (!is_possible_kid(query)) return false;
    keys_.count_unknown();
    Lock lock{mutex_};
    const std::uint64_t attempts = core_.attempts();
    if (auto answer = answer_without_fetch(core_, query, issued_at, std::chrono::steady_clock::now())) {
        return *std::move(answer);
    }
    wake_.notify_one();
    if (thread_ == std::this_thread::get_id()) return unavailable("the hook cannot wait for a fetch");
    if (waiters_ >= options_.max_waiters) return unavailable("max_waiters requests wait for the fetch");
    ++waiters_;
    const bool has_ended = done_.wait_for(lock, options_.unknown_key_wait,
                                          [&] { return core_.attempts() != attempts || stop_.stop_requested(); });
    --waiters_;
    if (!has_ended) return unavailable("the fetch takes longer than unknown_key_wait");
    if (core_.schedule().failures() > 0) return unavailable("the fetch failed");
    return true;
}

/// Owns the thread, which ends with the last of the objects that share this one. A child process does not have the
/// thread: the first use there starts a new one.
template <class Set>
class RemoteWorker {
public:
    using State = FetchingState<Set>;

    explicit RemoteWorker(std::shared_ptr<State> state) : running_(new Running{std::move(state), fork_count()}) {
        std::unique_ptr<Running> first{running_.load()};
        first->start();
        static_cast<void>(first.release());
    }
    RemoteWorker(const RemoteWorker&) = delete;
    RemoteWorker& operator=(const RemoteWorker&) = delete;
    ~RemoteWorker() {
        Running* const running = running_.load();
        // The state from a parent process is never destroyed: its locks and its thread are in an unknown state.
        if (running->forks != forks_) return;
        running->end();
        delete running;
    }

    /// See `FetchingState::issuer`; the same in every process.
    [[nodiscard]] const std::string& issuer() const noexcept { return running_.load()->state->issuer(); }

    [[nodiscard]] State& state() const {
        Running* const running = running_.load(std::memory_order_acquire);
        if (running->forks != forks_.load(std::memory_order_relaxed)) [[unlikely]]
            return restart(running);
        return *running->state;
    }

private:
    /// A state and its thread, in one process.
    struct Running {
        std::shared_ptr<State> state;
        unsigned forks;
        std::thread thread = {};

        void start() {
            const BlockedSignals blocked;  // signals are for the program's own threads
            thread = std::thread{[shared = state] { shared->run(); }};
        }

        void end() {
            state->stop();
            if (thread.get_id() == std::this_thread::get_id()) {
                thread.detach();  // the last owner was destroyed in the hook; the thread ends when the hook returns
            } else if (thread.joinable()) {
                thread.join();
            }
        }
    };

    /// Starts again in a child. If several threads come here at once, one of them does it.
    [[nodiscard]] State& restart(Running* parent) const {
        auto child = std::make_unique<Running>(std::make_shared<State>(parent->state.get()), forks_.load());
        if (!running_.compare_exchange_strong(parent, child.get())) return *parent->state;
        Running* const running = child.release();
        const auto start = [&] {
            running->start();
            return true;
        };
        // Without a thread, the inherited keys are used until they are too old.
        static_cast<void>(catch_all(start, [] { return false; }));
        return *running->state;
    }

    const std::atomic<unsigned>& forks_ = fork_count();  // of the shared object that made this one, whichever uses it
    mutable std::atomic<Running*> running_;
};

}  // namespace credence::detail
