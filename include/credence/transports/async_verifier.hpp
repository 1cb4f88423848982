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

/// A verifier for coroutines: it awaits the fetches that a token needs, while the thread serves other coroutines.
///
///     const credence::AsyncVerifier verifier{credence::FirstOf{tokens, credence::offload(sessions, calls)}};
///     const auto me = credence::protect(verifier, handler);  // co_await me(request)
///
/// It wraps any verifier, alone or in another one: in `FirstOf`, `Verifiers`, `dpop_bound`, `certificate_bound`.
///
/// - A verifier over `AsyncRemoteKeys`, and an `IssuerRegistry`, await a key that must be fetched. A token with a known
///   key is verified at once, in the coroutine's thread.
/// - A verifier from `offload` runs on other threads: for sessions, API keys and others that use a store or a server.
/// - Any other verifier runs in the coroutine's thread, and blocks it if it waits for something.
///
/// When the wait is over, the verifier runs once more.
///
/// A handle like the inner verifier; any thread may use it.
template <AnyVerifier VerifierType>
class AsyncVerifier {
public:
    /// The claims type that it proves.
    using claims_type = typename VerifierType::claims_type;

    explicit AsyncVerifier(VerifierType verifier) : verifier_(std::move(verifier)) {}

    /// `co_await verifier.verify(token)`. Errors as of the inner verifier. The coroutine keeps a copy of the token.
    [[nodiscard]] boost::asio::awaitable<Result<Verified<claims_type>>>(verify)(std::string_view token) const
        requires TokenVerifier<VerifierType>
    {
        return detail::await_verification(
            [verifier = verifier_, text = std::string{token}] { return (verifier.verify)(text); });
    }

    /// The inner verifier, for code outside coroutines. Its documentation says how it treats a token that has to wait.
    [[nodiscard]] const VerifierType& without_waiting() const noexcept { return verifier_; }

private:
    VerifierType verifier_;
};

/// `co_await require_bearer(request, verifier)`: like the other `require_bearer`, and awaits the fetches of the token.
///
/// \param source     must live until the coroutine has ended.
/// \param challenge  a copy is kept. Give it a name first: `const credence::Challenge challenge{.realm = "shop"}`. For
///                   an aggregate that is made within a `co_await` expression, g++ 12 generates wrong code.
template <class Expected = void, class Source, class VerifierType>
[[nodiscard]] boost::asio::awaitable<Result<Verified<ClaimsOf<VerifierType>>, Rejection>> require_bearer(
    const Source& source, const AsyncVerifier<VerifierType>& verifier, const Challenge& challenge) {
    return detail::await_verification([&source, verifier, challenge] {
        return require_bearer<Expected>(source, verifier.without_waiting(), challenge);
    });
}
template <class Expected = void, class Source, class VerifierType>
[[nodiscard]] boost::asio::awaitable<Result<Verified<ClaimsOf<VerifierType>>, Rejection>> require_bearer(
    const Source& source, const AsyncVerifier<VerifierType>& verifier) {
    const Challenge challenge;
    return require_bearer<Expected>(source, verifier, challenge);
}
template <class Expected = void, class Source, class VerifierType>
void require_bearer(const Source&, const AsyncVerifier<VerifierType>&,
                    Challenge&&) /* credence: name the challenge first */
    = delete;

/// The same for a request that carries its token elsewhere.
template <class Expected = void, class Request, class VerifierType>
[[nodiscard]] boost::asio::awaitable<Result<Verified<ClaimsOf<VerifierType>>, Rejection>> require_bearer(
    const Request& request, const AsyncVerifier<VerifierType>& verifier, const TokenLocation& location,
    const Challenge& challenge) {
    return detail::await_verification([&request, verifier, location, challenge] {
        return require_bearer<Expected>(request, verifier.without_waiting(), location, challenge);
    });
}
template <class Expected = void, class Request, class VerifierType>
[[nodiscard]] boost::asio::awaitable<Result<Verified<ClaimsOf<VerifierType>>, Rejection>> require_bearer(
    const Request& request, const AsyncVerifier<VerifierType>& verifier, const TokenLocation& location) {
    const Challenge challenge;
    return require_bearer<Expected>(request, verifier, location, challenge);
}
template <class Expected = void, class Request, class VerifierType>
void require_bearer(const Request&, const AsyncVerifier<VerifierType>&, TokenLocation&&,
                    const Challenge& = {}) /* credence: name the location first */
    = delete;

/// `protect` for coroutines: each request awaits only what its own token needs.
///
/// The handler returns `boost::asio::awaitable`, and takes the proof by value. Everything else is as for `protect`,
/// including `on_reject`.
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
