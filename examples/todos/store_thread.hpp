// SPDX-License-Identifier: MIT
// Asks a store from coroutines. A store may hang, and the threads that serve connections must not hang with it.
#pragma once

#include <credence/error.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before asio

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace todos {

namespace asio = boost::asio;

/// A thread for calls that may block. How many calls wait for it, and for how long, is bounded.
class StoreThread {
public:
    static constexpr std::size_t most_waiting = 64;
    static constexpr std::chrono::seconds most_wait{1};

    StoreThread();
    StoreThread(const StoreThread&) = delete;
    StoreThread& operator=(const StoreThread&) = delete;
    ~StoreThread() { stop(); }

    /// What `call` returns, which runs on this thread, while the coroutine waits.
    /// \return nullopt, without a call, when too many calls wait already, or this one has waited for too long
    template <class Call>
    asio::awaitable<std::optional<std::invoke_result_t<Call&>>> run(Call call) {
        const Place place{waiting_};
        if (!place.is_free()) co_return std::nullopt;
        co_return co_await asio::co_spawn(*context_, perform(std::move(call), Clock::now() + most_wait),
                                          asio::use_awaitable);
    }

    /// The same for a question to a store; `store_unavailable` without a call.
    template <class Question>
    asio::awaitable<std::invoke_result_t<const Question&>> ask(const Question& question) {
        auto answer = co_await run(question);
        if (!answer) co_return credence::Errc::store_unavailable;
        co_return *std::move(answer);
    }

    /// Ends the thread after the call that it is busy with; the others are dropped, with the coroutines that wait for
    /// them. The event loop of these coroutines must still be there, even if it does not run any more.
    void stop();

private:
    using Clock = std::chrono::steady_clock;

    /// A place among those that wait.
    class Place {
    public:
        explicit Place(std::atomic<std::size_t>& waiting) : waiting_(waiting), is_free_(++waiting <= most_waiting) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() { --waiting_; }

        [[nodiscard]] bool is_free() const noexcept { return is_free_; }

    private:
        std::atomic<std::size_t>& waiting_;
        bool is_free_;
    };

    template <class Call>
    static asio::awaitable<std::optional<std::invoke_result_t<Call&>>> perform(Call call, Clock::time_point deadline) {
        if (Clock::now() > deadline) co_return std::nullopt;
        co_return call();
    }

    std::atomic<std::size_t> waiting_ = 0;
    std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>(1);
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::jthread thread_;
};

}  // namespace todos
