// SPDX-License-Identifier: MIT
// BlockingCalls: coroutines of Boost.Asio await calls that may block; and verifiers that make such calls. Boost 1.74 or
// newer.
#pragma once

#include <credence/error.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/transports/async_verifier.hpp>
#include <credence/http/detail/token_kinds.hpp>
#include <credence/remote/detail/deferral.hpp>
#include <credence/transports/detail/await_deferral.hpp>
#include <credence/transports/detail/blocking_call.hpp>
#include <credence/transports/detail/kept_context.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace credence {

template <AnyVerifier VerifierType>
class Offloaded;

namespace detail {

template <class VerifierType>
inline constexpr bool verifies_signed_tokens<Offloaded<VerifierType>> = verifies_signed_tokens<VerifierType>;

/// A verifier that can answer some tokens without a call, such as an `IntrospectionVerifier`.
template <class VerifierType>
concept KeepsAnswers = requires(const VerifierType& verifier, std::string_view text) {
    { verifier.verify_kept(text) } -> std::same_as<std::optional<Result<Verified<typename VerifierType::claims_type>>>>;
};

}  // namespace detail

/// The limits of `BlockingCalls`.
struct BlockingLimits {
    /// The most calls that run or wait for a thread. One more is refused at once.
    std::size_t max_calls = 64;
    /// How long a coroutine waits for its call, up to a year, before it is refused. A call that has not begun by then
    /// is never made; for one that is running, see `run` and `offload`.
    std::chrono::milliseconds max_wait = std::chrono::seconds{5};
};

/// Makes calls that may block on threads of a pool, while coroutines await them.
///
///     boost::asio::thread_pool threads{4};
///     const credence::BlockingCalls calls{threads.get_executor(), {.max_calls = 64}};
///     const credence::AsyncVerifier verifier{credence::offload(sessions, calls)};
///     const auto started = co_await calls.run([=] { return sessions.start(claims); });
///
/// The limits apply to all calls of this object and its copies together. So a store that hangs delays `max_calls`
/// requests, for `max_wait`. The others get 503 with `Retry-After` at once, and the event loop serves requests that
/// need no store.
///
/// A handle; any thread may use it. The pool may end before the coroutines' context, or after it. Calls that it has not
/// begun are then refused, and no coroutine is resumed in a destroyed context. Do not add calls to a pool that was
/// destroyed.
class BlockingCalls {
public:
    /// \param threads  the executor of a pool, not that of the coroutines: `thread_pool.get_executor()`.
    explicit BlockingCalls(boost::asio::any_io_executor threads, BlockingLimits limits = {})
        : places_(std::make_shared<detail::CallPlaces>(
              std::move(threads), limits.max_calls,
              std::clamp<std::chrono::milliseconds>(limits.max_wait, {}, std::chrono::hours{24 * 365}))) {}

    /// `co_await calls.run(function)`: the result of `function()`, a `Result`. Exceptions of the function are rethrown.
    ///
    /// Once the function runs, it is awaited to its end, so it may refer to variables of the coroutine. If the
    /// coroutine is destroyed meanwhile, with its context or by cancellation, the destruction waits for the function.
    ///
    /// \return `store_unavailable` without a call if there are `max_calls` already, or if no thread was free within
    ///         `max_wait`.
    template <class Function>
    [[nodiscard]] auto run(Function function) const {
        using Answer = std::invoke_result_t<Function&>;
        constexpr bool function_gives_a_result = std::is_constructible_v<Answer, Error>;
        static_assert(function_gives_a_result, "credence: the function of BlockingCalls::run returns a Result");
        return await_call(std::make_shared<detail::BlockingCall<Function>>(places_, std::move(function),
                                                                           detail::CallTies::coroutine));
    }

private:
    template <AnyVerifier VerifierType>
    friend class Offloaded;

    template <class Call>
    [[nodiscard]] static boost::asio::awaitable<typename Call::Answer> await_call(std::shared_ptr<Call> call) {
        co_await detail::await_deferral(call);
        co_return call->take_answer();
    }

    std::shared_ptr<detail::CallPlaces> places_;
};

/// The result of `offload`.
template <AnyVerifier VerifierType>
class Offloaded {
public:
    /// The claims type that it proves.
    using claims_type = typename VerifierType::claims_type;

    /// As for the inner verifier.
    static constexpr std::string_view scheme = detail::other_scheme_of<VerifierType>();
    static constexpr bool needs_method_and_url = detail::NeedsMethodAndUrl<VerifierType>;
    static constexpr bool needs_client_certificate = detail::NeedsClientCertificate<VerifierType>;

    /// See `offload`.
    Offloaded(VerifierType verifier, const BlockingCalls& calls, std::vector<std::string> fields)
        : state_(std::make_shared<const State>(std::move(verifier), calls.places_, std::move(fields))) {}

    /// Defers the call of the inner verifier, or returns its answer. For `AsyncVerifier`; `store_unavailable`
    /// elsewhere.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text) const
        requires TokenVerifier<VerifierType>
    {
        return verify_by<TextCall>(text, [&] { return TextCall{state_, std::string{text}}; });
    }
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text, const RequestContext& context) const
        requires RequestVerifier<VerifierType>
    {
        return verify_by<RequestCall>(
            text, [&] { return RequestCall{state_, std::string{text}, detail::KeptContext{context, state_->fields}}; });
    }

    /// Whether the inner verifier recognizes a text. Called in the coroutine's thread.
    [[nodiscard]] bool recognizes(std::string_view text) const
        requires detail::knows_its_form<VerifierType>
    {
        return detail::recognizes(state_->verifier, text);
    }

    /// As for the inner verifier.
    [[nodiscard]] Rejection rejection(const Error& error, const Challenge& challenge, std::string_view used) const {
        return detail::rejection_by(state_->verifier, Error{error}, challenge, used);
    }

private:
    struct State {
        VerifierType verifier;
        std::shared_ptr<detail::CallPlaces> places;
        std::vector<std::string> fields;

        State(VerifierType within, std::shared_ptr<detail::CallPlaces> shared, std::vector<std::string> names)
            : verifier(std::move(within)), places(std::move(shared)), fields(std::move(names)) {}
    };

    /// Both have copies of everything that they use.
    struct TextCall {
        std::shared_ptr<const State> state;
        std::string text;

        [[nodiscard]] auto operator()() const { return (state->verifier.verify)(text); }
    };
    struct RequestCall {
        std::shared_ptr<const State> state;
        std::string text;
        detail::KeptContext kept;

        [[nodiscard]] auto operator()() const { return (state->verifier.verify)(text, kept.context()); }
    };

    template <class Function, class MakeCall>
    [[nodiscard]] Result<Verified<claims_type>> verify_by(std::string_view text, const MakeCall& make_call) const {
        using Call = detail::BlockingCall<Function>;
        auto* const deferrals = detail::Deferrals::current();
        if (deferrals == nullptr)
            return Error{Errc::store_unavailable, {}, "a verifier from offload works only within an AsyncVerifier"};
        if (const auto made = deferrals->find<Call>(state_.get())) return made->answer();
        if constexpr (detail::knows_its_form<VerifierType>) {
            if (!recognizes(text))
                return Error{Errc::malformed_token, {}, "the verifier does not recognize the form of this credential"};
        }
        if constexpr (detail::KeepsAnswers<VerifierType>) {
            if (auto kept = state_->verifier.verify_kept(text)) return *std::move(kept);
        }
        deferrals->add(state_.get(), std::make_shared<Call>(state_->places, make_call(), detail::CallTies::none));
        return Error{Errc::store_unavailable, {}, "the call is under way"};
    }

    std::shared_ptr<const State> state_;
};

/// A verifier that an `AsyncVerifier` runs on other threads, because it may block: `Sessions` and `ApiKeys` with a
/// store on a disk or a network, an `IntrospectionVerifier`, a `Verifier` with revocation in such a store.
///
///     const credence::AsyncVerifier verifier{credence::FirstOf{
///         tokens, credence::offload(api_keys, calls), credence::offload(sessions, calls)}};
///
/// If the verifier recognizes its tokens by their form, any other text is refused without a call. A cached answer of an
/// `IntrospectionVerifier` needs no call either. A call has copies of the token and of everything that is read from the
/// request. So a coroutine that is cancelled, is destroyed, or has waited for `max_wait` ends at once, and the answer
/// of a call that is still running is dropped.
///
/// A verifier over `AsyncRemoteKeys` cannot await a key in such a call. Put it next to this one: into a `FirstOf`, or
/// into an `AsyncVerifier` of its own.
///
/// \param fields  the names of the header fields that the verifier reads through `RequestContext::field`. By default
///                those that `dpop_bound` and `certificate_bound` read; any other field is missing for the verifier.
/// \return a verifier for an `AsyncVerifier`, alone or in others. A credential is `store_unavailable`, which is a 503
///         with `Retry-After`, if there are `max_calls` already, after `max_wait`, and outside an `AsyncVerifier`.
template <AnyVerifier VerifierType>
[[nodiscard]] Offloaded<VerifierType> offload(VerifierType verifier, const BlockingCalls& calls,
                                              std::vector<std::string> fields = {"DPoP", "Client-Cert"}) {
    return Offloaded<VerifierType>{std::move(verifier), calls, std::move(fields)};
}

}  // namespace credence
