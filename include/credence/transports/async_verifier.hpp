// SPDX-License-Identifier: MIT
// AsyncVerifier: verifiers in coroutines of Boost.Asio, and the guard that awaits them. Boost 1.74 or newer.
#pragma once

#include <credence/http/bearer.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/transports/detail/async_guard.hpp>
#include <credence/transports/detail/await_deferral.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/awaitable.hpp>

namespace credence {
namespace detail {

/// What an awaitable `require_bearer` gives.
template <class VerifierType>
using AwaitedProof = boost::asio::awaitable<Result<Verified<typename VerifierType::claims_type>, Rejection>>;

}  // namespace detail

/// A verifier for coroutines: it awaits what a token needs, and the thread serves others meanwhile.
///
///     const credence::AsyncVerifier verifier{credence::FirstOf{tokens, credence::offload(sessions, calls)}};
///     const auto me = credence::protect(verifier, handler);  // co_await me(request)
///
/// It wraps any verifier, alone or within another: within `FirstOf`, `Verifiers`, `dpop_bound`, `certificate_bound`.
///
/// - One over `AsyncRemoteKeys`, and an `IssuerRegistry`, await a key that must be fetched. A token whose key is known
///   is verified at once, in the coroutine's thread.
/// - One by `offload` runs on other threads: for sessions, API keys and others that ask a store or a server.
/// - Any other runs in the coroutine's thread, and holds it up if it waits for something.
///
/// When what a token needs is there, the verifier runs once more.
///
/// A handle as that verifier; any thread may use it.
template <AnyVerifier VerifierType>
class AsyncVerifier {
public:
    /// The claims type that it proves.
    using claims_type = typename VerifierType::claims_type;

    explicit AsyncVerifier(VerifierType verifier) : verifier_(std::move(verifier)) {}

    /// `co_await verifier.verify(token)`. Errors as of the verifier within. The coroutine keeps a copy of the token.
    [[nodiscard]] boost::asio::awaitable<Result<Verified<claims_type>>>(verify)(std::string_view token) const
        requires TokenVerifier<VerifierType>
    {
        return detail::await_verification(
            [verifier = verifier_, text = std::string{token}] { return (verifier.verify)(text); });
    }

    /// The verifier within, for code that is no coroutine. See there what it does with a token that has to wait.
    [[nodiscard]] const VerifierType& without_waiting() const noexcept { return verifier_; }

private:
    VerifierType verifier_;
};

/// `co_await require_bearer(request, verifier)`: as the other `require_bearer`, and awaits what the token needs.
///
/// \param source     must live until the coroutine has ended.
/// \param challenge  a copy is kept. Name it before: `const credence::Challenge challenge{.realm = "shop"}`. g++ 12
///                   makes code that fails of an aggregate that is made within an expression of `co_await`.
template <class Expected = detail::AnyClaims, class Source, class VerifierType>
[[nodiscard]] detail::AwaitedProof<VerifierType> require_bearer(const Source& source,
                                                                const AsyncVerifier<VerifierType>& verifier,
                                                                const Challenge& challenge) {
    return detail::await_verification([&source, verifier, challenge] {
        return require_bearer<Expected>(source, verifier.without_waiting(), challenge);
    });
}
template <class Expected = detail::AnyClaims, class Source, class VerifierType>
[[nodiscard]] detail::AwaitedProof<VerifierType> require_bearer(const Source& source,
                                                                const AsyncVerifier<VerifierType>& verifier) {
    const Challenge challenge;
    return require_bearer<Expected>(source, verifier, challenge);
}
template <class Expected = detail::AnyClaims, class Source, class VerifierType>
void require_bearer(const Source&, const AsyncVerifier<VerifierType>&,
                    Challenge&&) /* credence: name the challenge first */
    = delete;

/// The same for a request that carries its token elsewhere.
template <class Expected = detail::AnyClaims, class Request, class VerifierType>
[[nodiscard]] detail::AwaitedProof<VerifierType> require_bearer(const Request& request,
                                                                const AsyncVerifier<VerifierType>& verifier,
                                                                const TokenLocation& location,
                                                                const Challenge& challenge) {
    return detail::await_verification([&request, verifier, location, challenge] {
        return require_bearer<Expected>(request, verifier.without_waiting(), location, challenge);
    });
}
template <class Expected = detail::AnyClaims, class Request, class VerifierType>
[[nodiscard]] detail::AwaitedProof<VerifierType> require_bearer(const Request& request,
                                                                const AsyncVerifier<VerifierType>& verifier,
                                                                const TokenLocation& location) {
    const Challenge challenge;
    return require_bearer<Expected>(request, verifier, location, challenge);
}
template <class Expected = detail::AnyClaims, class Request, class VerifierType>
void require_bearer(const Request&, const AsyncVerifier<VerifierType>&, TokenLocation&&,
                    const Challenge& = {}) /* credence: name the location first */
    = delete;

/// `protect` for coroutines: a request awaits what its own token needs, and nothing else.
///
/// The handler returns `boost::asio::awaitable`, and takes the proof by value. All else is as for `protect`, also
/// `on_reject`.
template <class VerifierType, class Handler>
[[nodiscard]] auto protect(const AsyncVerifier<VerifierType>& verifier, Handler handler, TokenLocation location,
                           Challenge challenge = {}) {
    using Guarded =
        decltype(protect(verifier.without_waiting(), std::move(handler), std::move(location), std::move(challenge)));
    if constexpr (!std::is_void_v<Guarded>) {  // else a static_assert of `protect` has failed
        constexpr bool handler_can_wait = detail::can_wait<Guarded>;
        static_assert(handler_can_wait,
                      "credence: an AsyncVerifier guards coroutines: the handler returns boost::asio::awaitable<…>");
        if constexpr (handler_can_wait) {
            return detail::AsyncGuard<Guarded>{
                protect(verifier.without_waiting(), std::move(handler), std::move(location), std::move(challenge))};
        }
    }
}
template <class VerifierType, class Handler>
[[nodiscard]] auto protect(const AsyncVerifier<VerifierType>& verifier, Handler handler, Challenge challenge = {}) {
    return protect(verifier, std::move(handler), TokenLocation{}, std::move(challenge));
}

/// The same for a member function of an object that outlives the guard.
template <class VerifierType, class Member, class Object>
    requires std::is_member_function_pointer_v<Member>
[[nodiscard]] auto protect(const AsyncVerifier<VerifierType>& verifier, Member member, Object* object,
                           Challenge challenge = {}) {
    return protect(verifier, detail::BoundMember<Member, Object>{member, object}, TokenLocation{},
                   std::move(challenge));
}

}  // namespace credence
