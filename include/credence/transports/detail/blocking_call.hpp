// SPDX-License-Identifier: MIT
// A call that may block, made on a thread of a pool for a coroutine that awaits it.
#pragma once

#include <credence/error.hpp>
#include <credence/exceptions.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/deferral.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

namespace credence::detail {

/// The threads for calls, and the limits.
struct CallPlaces {
    boost::asio::any_io_executor threads;
    std::size_t most;
    std::chrono::milliseconds most_wait;
    std::atomic<std::size_t> taken = 0;
};

/// One of the limited places for calls, taken while this object exists.
class CallPlace {
public:
    explicit CallPlace(std::shared_ptr<CallPlaces> places)
        : places_(std::move(places)), is_free_(places_->taken.fetch_add(1) < places_->most) {}
    CallPlace(const CallPlace&) = delete;
    CallPlace& operator=(const CallPlace&) = delete;
    ~CallPlace() { places_->taken.fetch_sub(1); }

    [[nodiscard]] bool is_free() const noexcept { return is_free_; }

private:
    std::shared_ptr<CallPlaces> places_;
    bool is_free_;
};

/// Whether the coroutine may end while its call runs, because the call has copies of everything that it uses.
enum class CallTies : unsigned char { none, coroutine };

/// \tparam Function  returns a `Result`.
template <class Function>
class BlockingCall final : public Deferral, public std::enable_shared_from_this<BlockingCall<Function>> {
public:
    using Answer = std::invoke_result_t<Function&>;

    BlockingCall(std::shared_ptr<CallPlaces> places, Function function, CallTies ties)
        : places_(std::move(places)), function_(std::move(function)), ties_(ties) {}

    /// Queues the call for a thread, if there is a place.
    void begin(std::function<void()> done) override {
        auto place = std::make_unique<CallPlace>(places_);
        if (!place->is_free()) {
            why_not_ = "too many calls wait for a thread";
            done();
            return;
        }
        done_ = std::move(done);
        const auto job = std::make_shared<Job>(this->shared_from_this(), std::move(place));
        boost::asio::post(places_->threads, [job] { job->call->perform(job->place); });
    }

    [[nodiscard]] std::chrono::milliseconds most_wait() const override { return places_->most_wait; }

    [[nodiscard]] bool give_up() override {
        const std::scoped_lock lock{mutex_};
        if (state_ == State::waiting) state_ = State::dropped;
        return state_ != State::running || ties_ == CallTies::none;
    }

    void end() override {
        Lock lock{mutex_};
        done_ = nullptr;
        if (state_ == State::waiting) state_ = State::dropped;
        if (ties_ == CallTies::coroutine) ended_.wait(lock, [&] { return state_ != State::running; });
    }

    /// The result of the call; rethrows its exception. `store_unavailable` if it was not made or not awaited.
    [[nodiscard]] Answer answer() const {
        const std::scoped_lock lock{mutex_};
        if (exception_) std::rethrow_exception(exception_);
        if (!answer_) return not_made();
        return *answer_;
    }
    /// The same, only once: moves a result that cannot be copied.
    [[nodiscard]] Answer take_answer() {
        const std::scoped_lock lock{mutex_};
        if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
        if (!answer_) return not_made();
        Answer answer = *std::move(answer_);
        answer_.reset();
        return answer;
    }

private:
    using Lock = std::unique_lock<std::mutex>;
    enum class State : unsigned char { waiting, running, ended, dropped };

    /// The part that the threads own. They may drop it without making the call.
    struct Job {
        Job(std::shared_ptr<BlockingCall> shared, std::unique_ptr<CallPlace> taken)
            : call(std::move(shared)), place(std::move(taken)) {}
        Job(const Job&) = delete;
        Job& operator=(const Job&) = delete;
        ~Job() {
            place.reset();
            call->drop();
        }

        std::shared_ptr<BlockingCall> call;
        std::unique_ptr<CallPlace> place;
    };

    [[nodiscard]] Error not_made() const { return {Errc::store_unavailable, {}, why_not_}; }

    void perform(std::unique_ptr<CallPlace>& place) {
        if (!start()) return;
        std::optional<Answer> answer;
        std::exception_ptr exception;
        const auto call = [&] {
            answer.emplace(function_());
            return true;
        };
        const auto keep = [&] {
            exception = std::current_exception();
            return false;
        };
        static_cast<void>(catch_all(call, keep));
        place.reset();  // before the coroutine continues: its next call needs one
        Lock lock{mutex_};
        answer_ = std::move(answer);
        exception_ = std::move(exception);
        finish(lock, State::ended);
    }

    /// The threads have ended, or the call was made.
    void drop() {
        Lock lock{mutex_};
        if (state_ != State::waiting) return;
        why_not_ = "the threads for blocking calls have ended";
        finish(lock, State::dropped);
    }

    [[nodiscard]] bool start() {
        const std::scoped_lock lock{mutex_};
        if (state_ != State::waiting) return false;
        state_ = State::running;
        return true;
    }

    void finish(Lock& lock, State state) {
        state_ = state;
        const auto done = std::exchange(done_, nullptr);
        ended_.notify_all();
        lock.unlock();
        if (done) done();
    }

    const std::shared_ptr<CallPlaces> places_;
    Function function_;
    const CallTies ties_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    State state_ = State::waiting;
    std::function<void()> done_ = {};
    std::optional<Answer> answer_ = {};
    std::exception_ptr exception_ = {};
    std::string_view why_not_ = "the call takes longer than max_wait";
};

}  // namespace credence::detail
