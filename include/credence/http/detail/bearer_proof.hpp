// SPDX-License-Identifier: MIT
// The checks on the arguments of require_bearer and optional_bearer, and the proof that they make.
#pragma once

#include <credence/http/http_traits.hpp>
#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/result.hpp>
#include <credence/http/detail/guard.hpp>
#include <credence/http/detail/proof.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// The checks on the arguments, in the order in which they are reported: each only if those before it hold.
template <class Expected, class Source, class VerifierType, bool TakesHeaderValue>
struct BearerArguments {
    static constexpr bool is_verifier = AnyVerifier<VerifierType>;
    static constexpr bool is_verifier_for_these_claims =
        !is_verifier || std::is_void_v<Expected> || std::same_as<Expected, ClaimsOf<VerifierType>>;
    static constexpr bool is_header_value = TakesHeaderValue && std::convertible_to<const Source&, HeaderValue>;
    static constexpr bool is_known_source =
        !is_verifier || !is_verifier_for_these_claims || is_header_value || HttpRequest<Source>;
    static constexpr bool is_enough_for_the_verifier =
        !is_verifier || !is_verifier_for_these_claims || !is_header_value || TokenVerifier<VerifierType>;
    static constexpr bool are_right =
        is_verifier && is_verifier_for_these_claims && is_known_source && is_enough_for_the_verifier;
};

/// Where a token is by default. Never destroyed, because a guard may run as late as any static object; and in static
/// memory, so that no request pays for it.
[[nodiscard]] inline const TokenLocation& usual_location() {
    union Kept {
        Kept() : location() {}
        ~Kept() {}
        TokenLocation location;
    };
    static const Kept kept;
    return kept.location;
}

/// The common part of `require_bearer` and `optional_bearer`: the proof, once the arguments are known to be right.
template <class Wanted, bool IsHeaderValue, class Source, class VerifierType>
[[nodiscard]] Result<Wanted, Rejection> prove_right(const Source& source, const VerifierType& verifier,
                                                    const TokenLocation& location, const Challenge& challenge) {
    const Credentials credentials = [&]() -> Credentials {
        if constexpr (IsHeaderValue) return {.field = source};
        if constexpr (!IsHeaderValue) return credentials_of(source, location);
    }();
    const auto token = token_in(credentials, location, other_scheme_of<VerifierType>());
    const std::string_view scheme = token ? scheme_before(*token, credentials, location) : std::string_view{};
    const auto verify_token = [&](std::string_view text) {
        if constexpr (IsHeaderValue) {
            return (verifier.verify)(text);
        } else {
            return verify_in_request(verifier, text, scheme, source);
        }
    };
    auto who = ProofFor<Wanted>::make(token, verify_token);
    if (!ProofFor<Wanted>::takes(who, token)) {
        return rejection_by(verifier, std::move(who).error(), challenge, scheme);
    }
    return {from_call, [&who] { return ProofFor<Wanted>::move_out(who); }};
}

/// The same, with a compile error for wrong arguments.
template <class Wanted, class Expected, bool TakesHeaderValue, class Source, class VerifierType>
[[nodiscard]] Result<Wanted, Rejection> prove(const Source& source, const VerifierType& verifier,
                                              const TokenLocation& location, const Challenge& challenge) {
    using Arguments = BearerArguments<Expected, Source, VerifierType, TakesHeaderValue>;
    constexpr bool is_verifier = Arguments::is_verifier;
    constexpr bool is_verifier_for_these_claims = Arguments::is_verifier_for_these_claims;
    constexpr bool is_known_source = Arguments::is_known_source;
    constexpr bool is_enough_for_the_verifier = Arguments::is_enough_for_the_verifier;
    static_assert(is_verifier,
                  "credence: the second argument is a verifier: credence::verifier_for<Claims>(keys, {…})");
    static_assert(is_verifier_for_these_claims,
                  "credence: the verifier is for other claims than those in require_bearer<Claims>(…)");
    static_assert(is_known_source,
                  "credence: no HttpTraits for this request type: include its header of credence/stacks/, or write "
                  "HttpTraits<Request>, or pass the value of the Authorization field");
    static_assert(
        is_enough_for_the_verifier,
        "credence: this verifier reads more of a request than the token: pass the request, not the value of a "
        "field");
    if constexpr (Arguments::are_right) {
        return prove_right<Wanted, Arguments::is_header_value>(source, verifier, location, challenge);
    } else {
        return Rejection{};
    }
}

}  // namespace credence::detail
