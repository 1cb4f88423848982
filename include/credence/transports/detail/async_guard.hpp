// SPDX-License-Identifier: MIT
// The guard around a coroutine that may have to await a verification: it answers like the guard of `protect`.
#pragma once

#include <credence/http/detail/guard.hpp>
#include <credence/remote/detail/deferral.hpp>
#include <credence/transports/detail/await_deferral.hpp>

#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace credence::detail {

/// The executor of an Asio coroutine; void for any other type.
template <class Return>
struct ExecutorOf {
    using type = void;
};
template <class Value, class Executor>
struct ExecutorOf<boost::asio::awaitable<Value, Executor>> {
    using type = Executor;
};

/// Whether the handler of a guard can await.
template <class GuardType>
inline constexpr bool can_wait = false;
template <class VerifierType, class Handler, class Hook, class Value, class Executor, class FirstParameter,
          class... Parameters>
inline constexpr bool can_wait<
    Guard<VerifierType, Handler, Hook, boost::asio::awaitable<Value, Executor>, FirstParameter, Parameters...>> = true;

template <class GuardType>
class AsyncGuard;

/// Verifies at the call, like the inner guard, and starts the handler's coroutine if nothing must be awaited. Only a
/// token that has to wait costs another coroutine, which awaits and then lets the guard verify again.
template <class VerifierType, class Handler, class Hook, class Return, class FirstParameter, class... Parameters>
class AsyncGuard<Guard<VerifierType, Handler, Hook, Return, FirstParameter, Parameters...>> {
    using Inner = Guard<VerifierType, Handler, Hook, Return, FirstParameter, Parameters...>;
    using Executor = typename ExecutorOf<Return>::type;

public:
    explicit AsyncGuard(Inner guard) : guard_(std::make_shared<const Inner>(std::move(guard))) {}

    /// Verifies the request, then calls the handler with the proof and these arguments, or answers by itself.
    Return operator()(Parameters... arguments) const {
        return start(Deferrals{}, guard_, std::forward<Parameters>(arguments)...);
    }

    /// The same guard, with a hook that is called for each rejection. See `protect`.
    template <class NewHook>
    [[nodiscard]] auto on_reject(NewHook hook) const {
        auto guard = guard_->on_reject(std::move(hook));
        return AsyncGuard<decltype(guard)>{std::move(guard)};
    }

private:
    using Shared = std::shared_ptr<const Inner>;

    struct Attempt {
        Deferrals& deferrals;
        const Shared& guard;

        [[nodiscard]] Deferrals::Scope scope() const noexcept { return Deferrals::Scope{deferrals}; }
        [[nodiscard]] bool must_wait() const noexcept { return deferrals.is_needed(); }
        [[nodiscard]] Return resume(Parameters&&... arguments) const {
            return AsyncGuard::resume(std::move(deferrals), guard, std::forward<Parameters>(arguments)...);
        }
    };

    static Return start(Deferrals deferrals, const Shared& guard, Parameters&&... arguments) {
        return guard->answer_by(Attempt{deferrals, guard}, std::forward<Parameters>(arguments)...);
    }

    /// Owns copies of its arguments, and keeps the guard alive until the handler has ended.
    static Return resume(Deferrals deferrals, Shared guard, Parameters... arguments) {
        co_await await_deferral<Executor>(deferrals.take());
        co_return co_await start(std::move(deferrals), guard, std::forward<Parameters>(arguments)...);
    }

    Shared guard_;
};

}  // namespace credence::detail
