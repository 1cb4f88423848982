// SPDX-License-Identifier: MIT
// Turns the credentials of an HTTP request into proven claims, or into a rejection that any stack can send.
#pragma once

#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/http/detail/bearer_proof.hpp>
#include <credence/http/detail/guard.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace credence {

/// Proves who sent a request, from the value of its `Authorization` field, or from the request.
///
/// \param source     the value of the field: an optional string_view, a string, a literal or a `const char*`, where
///                   nullopt, null and the empty string mean that it is missing; or a request of a stack that has
///                   `HttpTraits`.
/// \param verifier   checks the token: `verifier_for<Claims>(keys, {…})`, or another `TokenVerifier`. With a request, a
///                   `RequestVerifier` too.
/// \param challenge  for refused clients: the realm, the scopes to ask for, and more.
/// \return the proof; or the answer to send: 401 without credentials, 400 for several or malformed ones, 401 for a bad
///         token, 503 if the token cannot be checked. RFC 6750 §3
///
/// `require_bearer<Claims>(…)` also names the expected claims type. The default, void, takes any.
template <class Expected = void, class Source, class VerifierType>
[[nodiscard]] Result<Verified<ClaimsOf<VerifierType>>, Rejection> require_bearer(const Source& source,
                                                                                 const VerifierType& verifier,
                                                                                 const Challenge& challenge = {}) {
    using Wanted = Verified<ClaimsOf<VerifierType>>;
    return detail::prove<Wanted, Expected, true>(source, verifier, detail::usual_location(), challenge);
}

/// The same for a request that carries its token elsewhere, in a cookie or another field:
/// `require_bearer(request, verifier, {.cookie = "token"})`.
template <class Expected = void, class Request, class VerifierType>
[[nodiscard]] Result<Verified<ClaimsOf<VerifierType>>, Rejection> require_bearer(const Request& request,
                                                                                 const VerifierType& verifier,
                                                                                 const TokenLocation& location,
                                                                                 const Challenge& challenge = {}) {
    using Wanted = Verified<ClaimsOf<VerifierType>>;
    return detail::prove<Wanted, Expected, false>(request, verifier, location, challenge);
}

/// The same for a resource that also serves anonymous clients: absent credentials give nullopt, bad ones are refused.
template <class Expected = void, class Source, class VerifierType>
[[nodiscard]] Result<std::optional<Verified<ClaimsOf<VerifierType>>>, Rejection> optional_bearer(
    const Source& source, const VerifierType& verifier, const Challenge& challenge = {}) {
    using Wanted = std::optional<Verified<ClaimsOf<VerifierType>>>;
    return detail::prove<Wanted, Expected, true>(source, verifier, detail::usual_location(), challenge);
}

/// The same for a request that carries its token elsewhere.
template <class Expected = void, class Request, class VerifierType>
[[nodiscard]] Result<std::optional<Verified<ClaimsOf<VerifierType>>>, Rejection> optional_bearer(
    const Request& request, const VerifierType& verifier, const TokenLocation& location,
    const Challenge& challenge = {}) {
    using Wanted = std::optional<Verified<ClaimsOf<VerifierType>>>;
    return detail::prove<Wanted, Expected, false>(request, verifier, location, challenge);
}

/// Wraps a handler so that it runs only for verified requests.
///
/// The handler's own signature says what it needs. Its first parameter, by value or by const reference, is
/// `Verified<Claims>`, `Granted<Claims, "scope">`, or `std::optional<Verified<Claims>>` for a resource that also serves
/// anonymous clients. The other parameters and the return type are those of the stack; one parameter is a request with
/// `HttpTraits`.
///
/// A coroutine takes the proof by value: a reference would dangle at its first suspension. The guard verifies at the
/// call, before the coroutine starts.
///
/// The guard keeps copies of all its arguments. Threads may share it. If the handler is a coroutine lambda with
/// captures, the guard must outlive the coroutines that it started, because the captures are stored in the guard.
///
/// `protect(…).on_reject(hook)` adds a hook: `hook(const Rejection&, the handler's other arguments…)` writes the answer
/// instead of the handler; status and challenge stay those of the rejection.
///
/// \param location   where a request may carry its token: `{.cookie = "token"}`; the `Authorization` field by default.
///                   A request that changes something with a token from a cookie must come from a page of this origin,
///                   or of a trusted one: see `check_origin`. Otherwise the answer is 403.
/// \param challenge  for refused clients: the realm, the scopes to ask for, and more.
template <class VerifierType, class Handler>
[[nodiscard]] auto protect(const VerifierType& verifier, Handler handler, TokenLocation location,
                           Challenge challenge = {}) {
    using detail::HandlerDiagnostic;
    constexpr HandlerDiagnostic diagnostic = detail::diagnose_handler<VerifierType, Handler>();
    static_assert(diagnostic != HandlerDiagnostic::no_verifier,
                  "credence: the first argument of protect is a verifier: credence::verifier_for<Claims>(keys, {…})");
    static_assert(diagnostic != HandlerDiagnostic::no_object,
                  "credence: a member function needs its object: protect(verifier, &Api::me, &api)");
    static_assert(diagnostic != HandlerDiagnostic::many_signatures,
                  "credence: a handler must have one signature that says what it needs; write its parameter types, not "
                  "auto: [](const credence::Verified<Claims>& who, const Request& request, Response& response)");
    static_assert(
        diagnostic != HandlerDiagnostic::plain_claims,
        "credence: a handler takes the proof, not plain claims: write const credence::Verified<Claims>& as its "
        "first parameter");
    static_assert(diagnostic != HandlerDiagnostic::no_proof,
                  "credence: a handler's first parameter is credence::Verified<Claims>, credence::Granted<Claims, "
                  "\"scope\"> or std::optional<credence::Verified<Claims>>");
    static_assert(diagnostic != HandlerDiagnostic::other_claims,
                  "credence: the handler takes other claims than the verifier proves: name the verifier's Claims in "
                  "Verified<Claims>");
    static_assert(diagnostic != HandlerDiagnostic::proof_by_reference,
                  "credence: a handler takes its proof by value or by const reference");
    static_assert(diagnostic != HandlerDiagnostic::coroutine_by_reference,
                  "credence: a coroutine takes its proof by value; a reference would dangle when it is suspended");
    static_assert(diagnostic != HandlerDiagnostic::mutable_handler,
                  "credence: a handler is shared between threads: it is not mutable, and its call operator is const");
    static_assert(diagnostic != HandlerDiagnostic::no_request,
                  "credence: no HttpTraits for any parameter of the handler: include the stack's header of "
                  "credence/stacks/, or write HttpTraits<Request>");
    static_assert(
        diagnostic != HandlerDiagnostic::no_answer,
        "credence: HttpTraits<Request>::reject can answer neither through a parameter of the handler nor with "
        "what it returns");
    if constexpr (diagnostic == HandlerDiagnostic::none) {
        using Shape = detail::SignatureOf<Handler>;
        return detail::make_guard<typename Shape::return_type>(
            typename Shape::parameters{}, verifier, std::move(handler), std::move(location), std::move(challenge));
    }
}
/// The same for a token in the `Authorization` field.
template <class VerifierType, class Handler>
[[nodiscard]] auto protect(const VerifierType& verifier, Handler handler, Challenge challenge = {}) {
    return protect(verifier, std::move(handler), TokenLocation{}, std::move(challenge));
}

/// The same for a member function of an object that outlives the guard: `protect(verifier, &Api::me, &api)`.
template <class VerifierType, class Member, class Object>
    requires std::is_member_function_pointer_v<Member>
[[nodiscard]] auto protect(const VerifierType& verifier, Member member, Object* object, Challenge challenge = {}) {
    return protect(verifier, detail::BoundMember<Member, Object>{member, object}, TokenLocation{},
                   std::move(challenge));
}

}  // namespace credence
