// SPDX-License-Identifier: MIT
// Awaits the deferrals of a verification in a coroutine: on a timer of its own executor, which another thread ends.
#pragma once

#include <credence/remote/detail/deferral.hpp>

#include <memory>
#include <mutex>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>

namespace credence::detail {

/// Wakes a coroutine that waits on a timer, from any thread, as long as the timer exists. The timer belongs to the
/// coroutine: while it exists, its context exists, and handlers may be posted to it.
class Wake : public std::enable_shared_from_this<Wake> {
public:
    explicit Wake(boost::asio::steady_timer& timer) : timer_(&timer) {}

    void call() {
        const std::scoped_lock lock{mutex_};
        was_called_ = true;
        if (timer_ == nullptr) return;
        boost::asio::post(timer_->get_executor(), [self = shared_from_this()] { self->end_timer(); });
    }

    [[nodiscard]] bool was_called() const {
        const std::scoped_lock lock{mutex_};
        return was_called_;
    }

    /// Called before the timer is destroyed.
    void leave() {
        const std::scoped_lock lock{mutex_};
        timer_ = nullptr;
    }

private:
    void end_timer() {
        const std::scoped_lock lock{mutex_};
        if (timer_ != nullptr) timer_->cancel();
    }

    mutable std::mutex mutex_;
    boost::asio::steady_timer* timer_;
    bool was_called_ = false;
};

/// Ends the wait, even if the coroutine is destroyed with its context.
struct EndOfWait {
    EndOfWait(Wake& shared, Deferral& awaited) : wake(shared), deferral(awaited) {}
    EndOfWait(const EndOfWait&) = delete;
    EndOfWait& operator=(const EndOfWait&) = delete;
    ~EndOfWait() {
        wake.leave();
        deferral.end();
    }

    Wake& wake;
    Deferral& deferral;
};

/// Runs on a strand, so the timer is never set and cancelled at the same time.
[[nodiscard]] inline boost::asio::awaitable<void> await_on_strand(std::shared_ptr<Deferral> deferral) {
    boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor};
    timer.expires_after(deferral->most_wait());
    const auto wake = std::make_shared<Wake>(timer);
    const EndOfWait end{*wake, *deferral};
    deferral->begin([wake] { wake->call(); });
    while (!wake->was_called()) {
        boost::system::error_code error;
        co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
        if (wake->was_called() || deferral->give_up()) break;
        timer.expires_at((boost::asio::steady_timer::time_point::max)());
    }
}

/// Awaits a deferral in a coroutine of any executor.
template <class Executor = boost::asio::any_io_executor>
[[nodiscard]] boost::asio::awaitable<void, Executor> await_deferral(std::shared_ptr<Deferral> deferral) {
    const boost::asio::any_io_executor executor{co_await boost::asio::this_coro::executor};
    const boost::asio::any_io_executor strand{boost::asio::make_strand(executor)};
    const boost::asio::use_awaitable_t<Executor> token;
    co_await boost::asio::co_spawn(strand, await_on_strand(std::move(deferral)), token);
}

/// A coroutine of the result of `verify()`, which runs again after each deferral.
template <class Verify>
[[nodiscard]] boost::asio::awaitable<decltype(std::declval<const Verify&>()())> await_verification(Verify verify) {
    Deferrals deferrals;
    const auto attempt = [&] {
        const Deferrals::Scope scope{deferrals};
        return (verify)();
    };
    for (;;) {
        auto result = attempt();
        if (result || !deferrals.is_needed()) co_return std::move(result);
        co_await await_deferral(deferrals.take());
    }
}

}  // namespace credence::detail
