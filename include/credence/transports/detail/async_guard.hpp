// SPDX-License-Identifier: MIT
// The guard around a coroutine that may have to await a key: it answers as the guard of `protect` does.
#pragma once

#include <credence/http/detail/guard.hpp>
#include <credence/transports/detail/key_wait.hpp>

#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace credence::detail {

/// The executor of a coroutine of Asio's; void for any other type.
template <class Return>
struct ExecutorOf {
    using type = void;
};
template <class Value, class Executor>
struct ExecutorOf<boost::asio::awaitable<Value, Executor>> {
    using type = Executor;
};

/// Whether the handler of a guard can await a key.
template <class GuardType>
inline constexpr bool can_wait = false;
template <class VerifierType, class Handler, class Hook, class Value, class Executor, class FirstParameter,
          class... Parameters>
inline constexpr bool can_wait<
    Guard<VerifierType, Handler, Hook, boost::asio::awaitable<Value, Executor>, FirstParameter, Parameters...>> = true;

template <class GuardType>
class AsyncGuard;

/// Verifies at the call, as the guard within, and starts the handler's coroutine if that is all. Only a token that
/// needs a key which is not there yet costs another coroutine: it awaits the key, and then has the guard verify again.
template <class VerifierType, class Handler, class Hook, class Return, class FirstParameter, class... Parameters>
class AsyncGuard<Guard<VerifierType, Handler, Hook, Return, FirstParameter, Parameters...>> {
    using Inner = Guard<VerifierType, Handler, Hook, Return, FirstParameter, Parameters...>;
    using Executor = typename ExecutorOf<Return>::type;

public:
    explicit AsyncGuard(Inner guard) : guard_(std::make_shared<const Inner>(std::move(guard))) {}

    /// Verifies the request, then calls the handler with the proof and these arguments, or answers itself.
    Return operator()(Parameters... arguments) const {
        return start(KeyWait{}, guard_, std::forward<Parameters>(arguments)...);
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
        KeyWait& wait;
        const Shared& guard;

        [[nodiscard]] KeyWait::Scope scope() const noexcept { return KeyWait::Scope{wait}; }
        [[nodiscard]] bool must_wait() const noexcept { return wait.is_needed(); }
        [[nodiscard]] Return resume(Parameters&&... arguments) const {
            return AsyncGuard::resume(std::move(wait), guard, std::forward<Parameters>(arguments)...);
        }
    };

    static Return start(KeyWait wait, const Shared& guard, Parameters&&... arguments) {
        return guard->answer_by(Attempt{wait, guard}, std::forward<Parameters>(arguments)...);
    }

    /// Its arguments are its own. It keeps the guard alive until the handler has ended.
    static Return resume(KeyWait wait, Shared guard, Parameters... arguments) {
        co_await wait.template end<Executor>();
        co_return co_await start(std::move(wait), guard, std::forward<Parameters>(arguments)...);
    }

    Shared guard_;
};

}  // namespace credence::detail
