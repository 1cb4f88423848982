// SPDX-License-Identifier: MIT
// The guard around a handler: verifies at the call, then passes the proof on, or answers with the rejection.
#pragma once

#include <credence/error.hpp>
#include <credence/http/cross_origin.hpp>
#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/http/detail/callable.hpp>
#include <credence/http/detail/proof.hpp>

#include <concepts>
#include <coroutine>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// The value that a handler returns, or that its coroutine returns.
template <class Return>
struct Outcome {
    using type = Return;
};
template <template <class...> class Task, class Value, class... Rest>
    requires requires { typename std::coroutine_traits<Task<Value, Rest...>>::promise_type; }
struct Outcome<Task<Value, Rest...>> {
    using type = Value;
};

template <class Return, class... Parameters>
concept IsCoroutine = requires { typename std::coroutine_traits<Return, Parameters...>::promise_type; };

/// Coroutines that only return a value. They do not refer to the guard, which may be destroyed before they run.
template <class Return>
Return finished() {
    co_return;
}
template <class Return, class Value>
Return finished(Value value) {
    co_return std::move(value);
}

template <class Request, class Response>
concept Answers = requires(const Rejection& rejection, const Request& request, Response& response) {
    HttpTraits<Request>::reject(rejection, request, response);
};
template <class Request, class Value>
concept MakesAnswer = requires(const Rejection& rejection, const Request& request) {
    { HttpTraits<Request>::reject(rejection, request) } -> std::convertible_to<Value>;
};
template <class Request>
concept SendsAtOnce = requires { requires HttpTraits<Request>::sends_at_once; };
template <class Request, class... Arguments>
concept DiscardsBody = requires(Arguments&... arguments) { HttpTraits<Request>::discard_body(arguments...); };
template <class Request, class Response>
concept MustSend = requires(Response& response) { HttpTraits<Request>::send(response); };
template <class Request, class Response>
concept TellsWhetherOpen = requires(Response& response) { HttpTraits<Request>::is_open(response); };
template <class Request, class Value>
concept GetsUncached = requires(Value&& value) {
    { HttpTraits<Request>::uncached(std::forward<Value>(value)) } -> std::same_as<std::remove_cvref_t<Value>>;
};

/// How a handler answers: through a parameter, with its return value, or with a value that the traits make.
enum class AnswerMode : unsigned char { none, parameter, value, factory };

template <class Request, class Value, class... Parameters>
consteval AnswerMode answer_mode() {
    if constexpr ((Answers<Request, std::remove_reference_t<Parameters>> || ...)) {
        return AnswerMode::parameter;
    } else if constexpr (std::is_void_v<Value>) {
        return AnswerMode::none;
    } else if constexpr (std::default_initializable<Value> && Answers<Request, Value>) {
        return AnswerMode::value;
    } else {
        return MakesAnswer<Request, Value> ? AnswerMode::factory : AnswerMode::none;
    }
}

/// The type of the request among a handler's parameters; void if there is none.
template <class... Parameters>
struct RequestAmong {
    using type = void;
};
template <class First, class... Rest>
struct RequestAmong<First, Rest...> : RequestAmong<Rest...> {};
template <class First, class... Rest>
    requires HttpRequest<std::remove_cvref_t<First>>
struct RequestAmong<First, Rest...> {
    using type = std::remove_cvref_t<First>;
};

template <class Request, class First, class... Rest>
[[nodiscard]] const Request* request_among(const First* first, const Rest*... rest) noexcept {
    if constexpr (std::same_as<First, Request>) {
        return first;
    } else {
        return request_among<Request>(rest...);
    }
}

/// The hook of a guard that has none.
struct NoHook {};

/// How a guard verifies: once, at the call. Another class in its place may let it verify again later. The guard holds
/// `scope()` while the verifier runs; if `must_wait()` after a refusal, the guard returns `resume(arguments...)`.
struct VerifyOnce {
    [[nodiscard]] static constexpr VerifyOnce scope() noexcept { return {}; }
};
template <class Attempt>
concept MayWait = requires(Attempt& attempt) { attempt.must_wait(); };

/// The result of `protect`. Its call operator is not a template, because some stacks take its address. It is not a
/// coroutine either, because a coroutine would refer to the guard.
template <class VerifierType, class Handler, class Hook, class Return, class FirstParameter, class... Parameters>
class Guard {
    using Request = typename RequestAmong<Parameters...>::type;
    using Traits = HttpTraits<Request>;
    using Value = typename Outcome<Return>::type;
    using Proof = ProofFor<std::remove_cvref_t<FirstParameter>>;

    static constexpr AnswerMode mode = answer_mode<Request, Value, Parameters...>();
    static constexpr bool has_hook = !std::same_as<Hook, NoHook>;
    static constexpr bool is_coroutine = IsCoroutine<Return, Parameters...>;
    static_assert(can_serve<VerifierType, Request>());

public:
    Guard(const VerifierType& verifier, Handler handler, Hook hook, TokenLocation location, Challenge challenge)
        : verifier_(verifier),
          handler_(std::move(handler)),
          hook_(std::move(hook)),
          location_(std::move(location)),
          challenge_(std::move(challenge)) {}

    /// Verifies the request, then calls the handler with the proof and these arguments, or answers by itself.
    Return operator()(Parameters... arguments) const {
        return answer_by(VerifyOnce{}, std::forward<Parameters>(arguments)...);
    }

    /// The same with another way to verify. See `VerifyOnce`.
    template <class Attempt>
    Return answer_by(const Attempt& attempt, Parameters&&... arguments) const {
        const Request& request = *request_among<Request>(std::addressof(arguments)...);
        const Credentials credentials = credentials_of(request, location_);
        const auto token = token_in(credentials, location_, other_scheme_of<VerifierType>());
        if (token && is_from_cookie(credentials, *token)) {
            const auto allowed = check_origin(request, location_.cross_origin);
            if (!allowed) return refuse(allowed.error(), request, arguments...);
        }
        const std::string_view scheme = token ? scheme_before(*token, credentials, location_) : std::string_view{};
        const auto verify_token = [&](std::string_view text) {
            [[maybe_unused]] const auto scope = attempt.scope();
            return verify_in_request(verifier_, text, scheme, request);
        };
        auto proof = Proof::make(token, verify_token);
        if constexpr (MayWait<const Attempt>) {
            if (!Proof::takes(proof, token) && attempt.must_wait())
                return attempt.resume(std::forward<Parameters>(arguments)...);
        }
        if (!Proof::takes(proof, token))
            return refuse(rejection(std::move(proof).error(), scheme), request, arguments...);
        return call_handler(proof, std::forward<Parameters>(arguments)...);
    }

    /// The same guard with a hook, which is called for each rejection and answers instead of the handler.
    ///
    /// \param hook  takes `const Rejection&` and the handler's other arguments. It returns the response if the handler
    ///              does, as a plain value even if the handler is a coroutine. Status and challenge stay those of the
    ///              rejection. The hook sees the reason, for the log, but never the token.
    template <class NewHook>
    [[nodiscard]] auto on_reject(NewHook hook) const& {
        return Guard{*this}.with_hook(std::move(hook));
    }
    template <class NewHook>
    [[nodiscard]] auto on_reject(NewHook hook) && {
        return with_hook(std::move(hook));
    }

private:
    template <class NewHook>
    auto with_hook(NewHook hook) {
        constexpr bool hook_takes_rejection_and_arguments =
            std::invocable<const NewHook&, const Rejection&, std::remove_reference_t<Parameters>&...>;
        static_assert(
            hook_takes_rejection_and_arguments,
            "credence: an on_reject hook is called with (const credence::Rejection&, the handler's parameters "
            "after the first…); it is shared between threads, so it is not mutable");
        if constexpr (hook_takes_rejection_and_arguments) {
            using Given =
                std::invoke_result_t<const NewHook&, const Rejection&, std::remove_reference_t<Parameters>&...>;
            constexpr bool hook_gives_the_response = mode == AnswerMode::parameter || std::convertible_to<Given, Value>;
            static_assert(
                hook_gives_the_response,
                "credence: an on_reject hook returns the response itself: what the handler returns, and not a "
                "coroutine");
            return Guard<VerifierType, Handler, NewHook, Return, FirstParameter, Parameters...>{
                verifier_, std::move(handler_), std::move(hook), std::move(location_), std::move(challenge_)};
        }
    }

    Rejection rejection(Error&& reason, std::string_view scheme) const {
        if constexpr (requires { Proof::scope(); }) {
            Challenge challenge = challenge_;
            challenge.scope = Proof::scope();
            return rejection_by(verifier_, std::move(reason), challenge, scheme);
        } else {
            return rejection_by(verifier_, std::move(reason), challenge_, scheme);
        }
    }

    /// A proof taken by value is constructed directly in the handler's parameter, not copied there.
    template <class Verification>
    Return call_handler(Verification& proof, Parameters&&... arguments) const {
        if constexpr (GetsUncached<Request, Return>) {
            return Traits::uncached(handler_(Proof::move_out(proof), passed_on<Parameters>(arguments)...));
        } else {
            return handler_(Proof::move_out(proof), passed_on<Parameters>(arguments)...);
        }
    }

    template <class Parameter>
    static decltype(auto) passed_on(std::remove_reference_t<Parameter>& argument) {
        if constexpr (!GetsUncached<Request, Parameter>) {
            return std::forward<Parameter>(argument);
        } else if constexpr (std::is_assignable_v<Parameter, std::remove_cvref_t<Parameter>>) {
            argument = Traits::uncached(std::move(argument));
            return std::forward<Parameter>(argument);
        } else {
            return Traits::uncached(argument);
        }
    }

    /// A hook gets its arguments by reference.
    template <class Argument>
    static std::remove_reference_t<Argument>& as_lvalue(Argument&& argument) noexcept {
        return static_cast<std::remove_reference_t<Argument>&>(argument);  // in C++23 it would be moved
    }

    Return refuse(const Rejection& rejection, const Request& request,
                  std::remove_reference_t<Parameters>&... arguments) const {
        if constexpr (mode == AnswerMode::parameter) {
            if (ask_hook(rejection, request, arguments...)) {
                if constexpr (!has_hook || !SendsAtOnce<Request>) (apply_rejection(rejection, request, arguments), ...);
                if constexpr (DiscardsBody<Request, std::remove_reference_t<Parameters>...>)
                    Traits::discard_body(arguments...);
                (send(arguments), ...);
            }
            if constexpr (std::is_void_v<Value>) {
                if constexpr (is_coroutine) return finished<Return>();
            } else {
                return as_return(Value{});
            }
        } else {
            if constexpr (DiscardsBody<Request, std::remove_reference_t<Parameters>...>)
                Traits::discard_body(arguments...);
            if constexpr (has_hook && GetsUncached<Request, Return>) {
                return Traits::uncached(as_return(answer(rejection, request, arguments...)));
            } else {
                return as_return(answer(rejection, request, arguments...));
            }
        }
    }

    /// Calls the hook, if there is one. A response that the hook may send itself has status and challenge before.
    ///
    /// \return whether the answer is still to be written: false if the hook sent it.
    bool ask_hook(const Rejection& rejection, const Request& request,
                  std::remove_reference_t<Parameters>&... arguments) const {
        if constexpr (has_hook) {
            if constexpr ((TellsWhetherOpen<Request, std::remove_reference_t<Parameters>> || ...))
                (apply_rejection(rejection, request, arguments), ...);
            const bool was_open = (is_open(arguments) && ...);
            hook_(rejection, as_lvalue(passed_on<Parameters>(arguments))...);
            return !was_open || (is_open(arguments) && ...);
        }
        return true;
    }

    Value answer(const Rejection& rejection, const Request& request,
                 std::remove_reference_t<Parameters>&... arguments) const {
        if constexpr (mode == AnswerMode::value) {
            Value response = [&]() -> Value {
                if constexpr (has_hook) return hook_(rejection, arguments...);
                if constexpr (!has_hook) return Value{};
            }();
            apply_rejection(rejection, request, response);
            return response;
        } else if constexpr (has_hook) {
            return hook_(rejection, arguments...);
        } else {
            return Traits::reject(rejection, request);
        }
    }

    template <class Candidate>
    static void apply_rejection(const Rejection& rejection, const Request& request, Candidate& candidate) {
        if constexpr (Answers<Request, Candidate>) Traits::reject(rejection, request, candidate);
    }

    template <class Candidate>
    static void send(Candidate& candidate) {
        if constexpr (MustSend<Request, Candidate>) Traits::send(candidate);
    }

    template <class Candidate>
    static bool is_open(Candidate& candidate) {
        if constexpr (TellsWhetherOpen<Request, Candidate>) return Traits::is_open(candidate);
        return true;
    }

    template <class Response>
    static Return as_return(Response response) {
        if constexpr (is_coroutine) {
            return finished<Return>(std::move(response));
        } else {
            return response;
        }
    }

    VerifierType verifier_;
    Handler handler_;
    [[no_unique_address]] Hook hook_;
    TokenLocation location_;
    Challenge challenge_;
};

/// The mistakes in a handler that have a compile error, in the order in which they are reported.
enum class HandlerDiagnostic : unsigned char {
    none,
    no_verifier,
    no_object,
    many_signatures,
    plain_claims,
    no_proof,
    other_claims,
    proof_by_reference,
    coroutine_by_reference,
    mutable_handler,
    no_request,
    no_answer
};

template <class VerifierType, class Return, class First, class... Parameters>
consteval HandlerDiagnostic diagnose_signature(TypeList<First, Parameters...>, bool is_const) {
    using Wanted = std::remove_cvref_t<First>;
    using Request = typename RequestAmong<Parameters...>::type;
    constexpr bool is_const_reference =
        std::is_lvalue_reference_v<First> && std::is_const_v<std::remove_reference_t<First>>;
    if constexpr (std::same_as<Wanted, typename VerifierType::claims_type>) {
        return HandlerDiagnostic::plain_claims;
    } else if constexpr (!IsProof<Wanted>) {
        return HandlerDiagnostic::no_proof;
    } else if constexpr (!std::same_as<typename ProofFor<Wanted>::claims_type, typename VerifierType::claims_type>) {
        return HandlerDiagnostic::other_claims;
    } else if constexpr (std::is_reference_v<First> && !is_const_reference) {
        return HandlerDiagnostic::proof_by_reference;
    } else if constexpr (std::is_reference_v<First> && IsCoroutine<Return, Parameters...>) {
        return HandlerDiagnostic::coroutine_by_reference;
    } else if constexpr (std::is_void_v<Request>) {
        return is_const ? HandlerDiagnostic::no_request : HandlerDiagnostic::mutable_handler;
    } else if constexpr (answer_mode<Request, typename Outcome<Return>::type, Parameters...>() == AnswerMode::none) {
        return is_const ? HandlerDiagnostic::no_answer : HandlerDiagnostic::mutable_handler;
    } else {
        return is_const ? HandlerDiagnostic::none : HandlerDiagnostic::mutable_handler;
    }
}

template <class VerifierType, class Return>
consteval HandlerDiagnostic diagnose_signature(TypeList<>, bool) {
    return HandlerDiagnostic::no_proof;
}

template <class VerifierType, class Handler>
consteval HandlerDiagnostic diagnose_handler() {
    if constexpr (!AnyVerifier<VerifierType>) {
        return HandlerDiagnostic::no_verifier;
    } else if constexpr (std::is_member_function_pointer_v<Handler>) {
        return HandlerDiagnostic::no_object;
    } else if constexpr (!HasOneSignature<Handler>) {
        return HandlerDiagnostic::many_signatures;
    } else {
        using Shape = SignatureOf<Handler>;
        return diagnose_signature<VerifierType, typename Shape::return_type>(typename Shape::parameters{},
                                                                             Shape::is_const);
    }
}

template <class Return, class VerifierType, class Handler, class First, class... Parameters>
auto make_guard(TypeList<First, Parameters...>, const VerifierType& verifier, Handler handler, TokenLocation location,
                Challenge challenge) {
    return Guard<VerifierType, Handler, NoHook, Return, First, Parameters...>{
        verifier, std::move(handler), {}, std::move(location), std::move(challenge)};
}

}  // namespace credence::detail
