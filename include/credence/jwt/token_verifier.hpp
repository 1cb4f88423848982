// SPDX-License-Identifier: MIT
// TokenVerifier: the concept of a class that proves claims from the text of a token.
#pragma once

#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <string_view>

namespace credence {

/// A class that verifies tokens: a `Verifier`, several of them in a `Verifiers`, or a class of your own around one.
///
/// - `Candidate::claims_type` is the claims type that it proves.
/// - `candidate.verify(text)` returns the proof, or the error to refuse the token with. It is called from any number of
///   threads at once.
///
/// Only the library can make a `Verified`, so a class of your own ends up calling another verifier.
template <class Candidate>
concept TokenVerifier = requires(const Candidate& candidate, std::string_view text) {
    typename Candidate::claims_type;
    { (candidate.verify)(text) } -> std::same_as<Result<Verified<typename Candidate::claims_type>>>;
};

namespace detail {

/// Placeholder for the claims of a class that proves none: the code that takes one reports it by a static_assert.
struct NoClaims {};

template <class VerifierType>
struct ClaimsOfVerifier {
    using type = NoClaims;
};
template <class VerifierType>
    requires requires { typename VerifierType::claims_type; }
struct ClaimsOfVerifier<VerifierType> {
    using type = typename VerifierType::claims_type;
};

}  // namespace detail

/// The claims type that a verifier proves: its `claims_type`. `require_bearer` returns a `Verified` of it.
///
/// Well-formed for any type, so that a sentence, not a failed substitution, tells that the type is no verifier.
template <class VerifierType>
using ClaimsOf = typename detail::ClaimsOfVerifier<VerifierType>::type;

}  // namespace credence
