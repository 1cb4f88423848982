// SPDX-License-Identifier: MIT
// Drives the keys of an issuer on Boost.Asio: a timer, one request at a time, and the coroutines that wait.
#pragma once

#include <credence/clock.hpp>
#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/deferral.hpp>
#include <credence/remote/detail/driver.hpp>
#include <credence/remote/detail/polled_state.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/shared_keys.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace credence::detail {

/// Starts a request: takes the executor, the request and the handler, and returns the function that ends it early.
using AnyAsyncFetch = std::function<std::function<void()>(const boost::asio::any_io_executor&, FetchRequest,
                                                          std::function<void(FetchResult)>)>;

/// A key that a token needs and the set does not have, and the issuer's answer.
struct KeyQuestion {
    KeyQuestion(const KeyQuery& query, std::optional<NumericDate> issued)
        : alg(query.alg),
          kid(query.kid ? std::optional<std::string>{*query.kid} : std::nullopt),
          x5t(query.x5t),
          x5t_s256(query.x5t_s256),
          issued_at(issued) {}

    [[nodiscard]] KeyQuery query() const {
        return {.alg = alg, .kid = kid ? KeyId{*kid} : std::nullopt, .x5t = x5t, .x5t_s256 = x5t_s256};
    }

    std::string alg;
    std::optional<std::string> kid;
    std::string x5t;
    std::string x5t_s256;
    std::optional<NumericDate> issued_at;
    std::optional<Result<bool>> answer = {};  ///< see `FetchingKeySource`; for others once `has_ended`
    std::atomic<bool> has_ended = false;
};

/// Everything here runs on a strand. Only handlers own this object: those of the timer and of waiting coroutines. So it
/// is destroyed with its context, even if there are still handles, and no Asio object outlives the context.
template <class Set>
class AsyncFetcher : public std::enable_shared_from_this<AsyncFetcher<Set>> {
    using Executor = boost::asio::any_io_executor;
    using ErrorCode = boost::system::error_code;

public:
    using State = PolledState<Set>;

    /// \param limits  of waiting: `unknown_key_wait`; no coroutine waits if `max_waiters` is 0.
    AsyncFetcher(std::shared_ptr<State> state, AnyAsyncFetch fetch, Executor executor, const RemoteOptions& limits)
        : state_(std::move(state)),
          fetch_(std::move(fetch)),
          executor_(std::move(executor)),
          strand_(boost::asio::make_strand(executor_)),
          timer_(strand_),
          unknown_key_wait_(limits.unknown_key_wait),
          max_waiters_(limits.max_waiters == 0 ? 0 : most_waiters) {}

    [[nodiscard]] Executor strand() const { return strand_; }

    /// Starts the fetches that are due. Any thread may call it.
    void wake() {
        boost::asio::post(strand_, [self = this->shared_from_this()] { self->step(); });
    }

    /// Ends the fetching, and a fetch under way. From any thread.
    void stop() {
        boost::asio::post(strand_, [self = this->shared_from_this()] { self->end(); });
    }

    /// Answers for a key id that the set does not have: at once, or after the attempt that is due or under way. On the
    /// strand.
    [[nodiscard]] static boost::asio::awaitable<void> ask(std::shared_ptr<AsyncFetcher> self,
                                                          std::shared_ptr<KeyQuestion> question) {
        const auto found = self->state_->try_fetch_key(question->query(), question->issued_at);
        question->answer = found.answer;
        if (found.answer) co_return;
        self->step();
        if (self->waiting_.size() >= self->max_waiters_) {
            question->answer = keys_unavailable("too many requests wait for the fetch", found.retry_after);
            co_return;
        }
        const std::uint64_t before = found.attempts;
        const auto has_ended = [&] { return self->state_->attempts() != before; };
        Waiting waiting{*self, self->unknown_key_wait_};
        while (!has_ended() && !self->is_stopped_ && !waiting.is_over) co_await waiting.wait();
        question->answer = self->answer_after(has_ended(), found.retry_after);
    }

    /// Waits until there are keys. On the strand. \param found  whether there are.
    [[nodiscard]] static boost::asio::awaitable<void> wait_for_keys(std::shared_ptr<AsyncFetcher> self,
                                                                    std::chrono::milliseconds most,
                                                                    std::shared_ptr<bool> found) {
        const auto has_keys = [&] { return self->state_->keys().health().can_verify; };
        Waiting waiting{*self, most};
        while (!has_keys() && !self->is_stopped_ && !waiting.is_over) co_await waiting.wait();
        *found = has_keys();
    }

private:
    /// A waiting coroutine needs no thread, so there may be more of them than `RemoteOptions::max_waiters`.
    static constexpr std::size_t most_waiters = 1024;

    /// A coroutine that waits for the end of an attempt.
    struct Waiting {
        Waiting(AsyncFetcher& owner, std::chrono::milliseconds most)
            : fetcher(owner), timer(owner.strand_), place(owner.waiting_.insert(owner.waiting_.end(), &timer)) {
            timer.expires_after(most);
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { fetcher.waiting_.erase(place); }

        [[nodiscard]] boost::asio::awaitable<void> wait() {
            ErrorCode error;
            co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
            is_over = !error;
        }

        AsyncFetcher& fetcher;
        boost::asio::steady_timer timer;
        typename std::list<boost::asio::steady_timer*>::iterator place;
        bool is_over = false;
    };

    [[nodiscard]] Result<bool> answer_after(bool has_ended, std::chrono::seconds retry_after) const {
        if (!has_ended && is_stopped_) return keys_unavailable("the keys are no longer fetched", retry_after);
        if (!has_ended) return keys_unavailable("the fetch takes longer than unknown_key_wait", retry_after);
        if (auto failed = state_->failure()) return *std::move(failed);
        return true;
    }

    void step() {
        if (is_stopped_) return;
        if (auto request = state_->next(std::chrono::steady_clock::now(), now())) send(*std::move(request));
        rouse();
        timer_.expires_at(state_->wake());
        timer_.async_wait([self = this->shared_from_this()](ErrorCode error) {
            if (!error) self->step();
        });
    }

    void send(FetchRequest request) {
        stop_fetch();
        const std::uint64_t number = request.number;
        const auto done = [weak = this->weak_from_this(), number](FetchResult result) {
            const auto self = weak.lock();
            if (!self) return;
            boost::asio::post(self->strand_, [self, number, result = std::move(result)]() mutable {
                self->take(number, std::move(result));
            });
        };
        const auto start = [&] { return fetch_(executor_, std::move(request), done); };
        const auto give_up = [&]() -> std::function<void()> {
            done(FetchError{FetchStage::transfer, "the transport threw an exception"});
            return {};
        };
        under_way_ = number;
        stop_fetch_ = catch_all(start, give_up);
    }

    void take(std::uint64_t number, FetchResult result) {
        if (is_stopped_) return;
        if (number == under_way_) stop_fetch_ = nullptr;  // it has ended
        const SteadyTime moment = std::chrono::steady_clock::now();
        // First: the answer may be too late, or the keys expired.
        if (auto request = state_->next(moment, now())) send(*std::move(request));
        state_->answer(number, std::move(result), moment, now());
        step();
    }

    /// Lets the waiting coroutines look again if an attempt has ended.
    void rouse() {
        const std::uint64_t attempts = state_->attempts();
        if (std::exchange(attempts_, attempts) == attempts) return;
        for (boost::asio::steady_timer* const timer : waiting_) timer->cancel();
    }

    void stop_fetch() {
        if (const auto stop = std::exchange(stop_fetch_, nullptr)) stop();
    }

    void end() {
        is_stopped_ = true;
        stop_fetch();
        timer_.cancel();
        for (boost::asio::steady_timer* const timer : waiting_) timer->cancel();
    }

    const std::shared_ptr<State> state_;
    const AnyAsyncFetch fetch_;
    const Executor executor_;
    boost::asio::strand<Executor> strand_;
    boost::asio::steady_timer timer_;
    const std::chrono::milliseconds unknown_key_wait_;
    const std::size_t max_waiters_;
    std::function<void()> stop_fetch_ = {};  ///< of the request under way
    std::uint64_t under_way_ = 0;            ///< its number
    std::list<boost::asio::steady_timer*> waiting_ = {};
    std::uint64_t attempts_ = 0;
    bool is_stopped_ = false;
};

/// The shared state of the handles. The fetching ends with the last of them.
template <class Set>
class AsyncKeys {
public:
    using Fetcher = AsyncFetcher<Set>;

    AsyncKeys(KeyOrigin origin, RemoteOptions options, AnyAsyncFetch fetch, boost::asio::any_io_executor executor)
        : unknown_key_wait_(options.unknown_key_wait), link_(std::make_shared<Link>()) {
        const RemoteOptions limits = options;
        const auto wake = [link = link_] {
            if (const auto fetcher = link->lock()) fetcher->wake();
        };
        state_ = std::make_shared<PolledState<Set>>(std::move(origin), std::move(options), wake);
        const auto fetcher = std::make_shared<Fetcher>(state_, std::move(fetch), std::move(executor), limits);
        *link_ = fetcher;
        fetcher->wake();
    }
    AsyncKeys(const AsyncKeys&) = delete;
    AsyncKeys& operator=(const AsyncKeys&) = delete;
    ~AsyncKeys() { stop(); }

    void stop() const {
        if (const auto fetcher = link_->lock()) fetcher->stop();
    }

    [[nodiscard]] PolledState<Set>& state() const noexcept { return *state_; }
    [[nodiscard]] std::chrono::milliseconds unknown_key_wait() const noexcept { return unknown_key_wait_; }

    /// The fetcher; null if the fetching has ended.
    [[nodiscard]] std::shared_ptr<Fetcher> fetcher() const { return link_->lock(); }

    [[nodiscard]] std::optional<boost::asio::any_io_executor> executor() const {
        const auto found = fetcher();
        return found ? std::optional{found->strand()} : std::nullopt;
    }

    [[nodiscard]] boost::asio::awaitable<void> wait_for_keys(std::chrono::milliseconds most,
                                                             std::shared_ptr<bool> found) const {
        if (auto fetcher = link_->lock()) return Fetcher::wait_for_keys(std::move(fetcher), most, std::move(found));
        return nothing();
    }

private:
    [[nodiscard]] static boost::asio::awaitable<void> nothing() { co_return; }

    using Link = std::weak_ptr<Fetcher>;

    const std::chrono::milliseconds unknown_key_wait_;
    std::shared_ptr<PolledState<Set>> state_;
    const std::shared_ptr<Link> link_;  ///< to the fetcher, which its context owns
};

/// A token's request for a key of these, which a coroutine awaits.
template <class Set>
class KeyDeferral final : public Deferral {
    using Keys = std::shared_ptr<const AsyncKeys<Set>>;

public:
    KeyDeferral(Keys keys, const KeyQuery& query, std::optional<NumericDate> issued_at)
        : keys_(std::move(keys)), question_(std::make_shared<KeyQuestion>(query, issued_at)) {}

    /// The awaited answer. If there is none yet, defers the request, and the token is `keys_unavailable` for now.
    [[nodiscard]] static Result<bool> answer_in(Deferrals& deferrals, const Keys& keys, const KeyQuery& query,
                                                std::optional<NumericDate> issued_at) {
        if (const auto awaited = deferrals.find<KeyDeferral>(keys.get())) return awaited->answer();
        deferrals.add(keys.get(), std::make_shared<KeyDeferral>(keys, query, issued_at));
        return Error{Errc::keys_unavailable, {}, "a fetch for this key is due or under way"};
    }

    void begin(std::function<void()> done) override {
        keys_->state().count_unknown();
        auto fetcher = keys_->fetcher();
        if (!fetcher) return done();
        const auto strand = fetcher->strand();
        boost::asio::co_spawn(strand, AsyncFetcher<Set>::ask(std::move(fetcher), question_),
                              [question = question_, done = std::move(done)](const std::exception_ptr&) {
                                  question->has_ended.store(true, std::memory_order_release);
                                  done();
                              });
    }
    /// The fetcher has a limit of its own. This one is for a fetcher whose context was destroyed.
    [[nodiscard]] std::chrono::milliseconds most_wait() const override {
        return keys_->unknown_key_wait() + std::chrono::seconds{1};
    }
    [[nodiscard]] bool give_up() override { return true; }
    void end() override {}

private:
    [[nodiscard]] Result<bool> answer() const {
        if (question_->has_ended.load(std::memory_order_acquire) && question_->answer) return *question_->answer;
        return Error{Errc::keys_unavailable, {}, "the keys are no longer fetched"};
    }

    const Keys keys_;
    const std::shared_ptr<KeyQuestion> question_;
};

}  // namespace credence::detail
