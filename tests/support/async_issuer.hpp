// SPDX-License-Identifier: MIT
// An issuer for tests of keys on Boost.Asio: a transport that follows a script and answers from any thread of the
// context, and a context with threads of its own.
#pragma once

#include <credence/remote/fetch.hpp>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "support/issuer_script.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

namespace support {

/// A handle: copies share the issuer.
class AsyncIssuer {
public:
    std::function<void()> async_fetch(const boost::asio::any_io_executor& executor, credence::FetchRequest request,
                                      std::function<void(credence::FetchResult)> done) const {
        const auto fetch = std::make_shared<Fetch>(std::move(request), std::move(done));
        const std::scoped_lock lock{state_->mutex};
        ++state_->begun;
        state_->changed.notify_all();
        if (state_->is_held) {
            state_->held.push_back(fetch);
        } else {
            boost::asio::post(executor, [fetch, script = script] { fetch->end(script(fetch->request)); });
        }
        return [fetch, state = state_] {
            {
                const std::scoped_lock stop_lock{state->mutex};
                state->was_stopped = true;
            }
            fetch->end(credence::FetchError{credence::FetchStage::stopped});
        };
    }

    /// Holds answers back, or sends the answers that were held back.
    void hold(bool is_held) const {
        std::vector<std::shared_ptr<Fetch>> held;
        {
            const std::scoped_lock lock{state_->mutex};
            state_->is_held = is_held;
            if (!is_held) held.swap(state_->held);
        }
        for (const auto& fetch : held) fetch->end(script(fetch->request));
    }

    [[nodiscard]] std::size_t begun() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->begun;
    }
    /// Waits until that many requests have begun. \return whether they have.
    [[nodiscard]] bool wait_for_begun(std::size_t count) const {
        std::unique_lock lock{state_->mutex};
        return state_->changed.wait_for(lock, IssuerScript::long_enough, [&] { return state_->begun >= count; });
    }
    [[nodiscard]] bool was_stopped() const {
        const std::scoped_lock lock{state_->mutex};
        return state_->was_stopped;
    }

    /// The answers of the issuer, and the events.
    IssuerScript script = {};

private:
    struct Fetch {
        credence::FetchRequest request;
        std::function<void(credence::FetchResult)> done;
        std::once_flag once = {};

        Fetch(credence::FetchRequest asked, std::function<void(credence::FetchResult)> handler)
            : request(std::move(asked)), done(std::move(handler)) {}
        void end(credence::FetchResult result) {
            std::call_once(once, [&] { std::exchange(done, nullptr)(std::move(result)); });
        }
    };
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::vector<std::shared_ptr<Fetch>> held;
        std::size_t begun = 0;
        bool is_held = false;
        bool was_stopped = false;
    };

    std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// A context that threads run until the end of the test.
class RunningContext {
public:
    explicit RunningContext(int threads = 1) {
        for (int count = 0; count < threads; ++count) {
            threads_.emplace_back([this] { context_.run(); });
        }
    }
    RunningContext(const RunningContext&) = delete;
    RunningContext& operator=(const RunningContext&) = delete;
    ~RunningContext() {
        context_.stop();
        for (std::thread& thread : threads_) thread.join();
    }

    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] auto executor() { return context_.get_executor(); }

    template <class Value>
    [[nodiscard]] std::future<Value> spawn(boost::asio::awaitable<Value> coroutine) {
        return boost::asio::co_spawn(context_, std::move(coroutine), boost::asio::use_future);
    }
    /// The result of a coroutine.
    template <class Value>
    Value run(boost::asio::awaitable<Value> coroutine) {
        return spawn(std::move(coroutine)).get();
    }

private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
    std::vector<std::thread> threads_;
};

}  // namespace support
