// SPDX-License-Identifier: MIT
// decode: verifies a token and returns its proven claims. RFC 7519 §7.2
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/pipeline.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

/// Verifies a token and returns its claims. RFC 7519 §7.2
///
/// To read a token without verification, see `unverified.hpp`.
///
/// For more than a few tokens prepare a `Verifier`.
///
/// \param token       the compact form, from any source.
/// \param source      a `DecodingKey`, a `Keys`, a `KeySet` or a `RotatingKeys`.
/// \param validation  which claims values are acceptable.
/// \return the proof, or the error of the first check that failed: any `Errc` up to `check_failed`, `proof_required`,
///         `keys_unavailable`, or the code that a `Check` names.
template <class Claims, class Source>
[[nodiscard]] Result<Verified<Claims>> decode(std::string_view token, const Source& source,
                                              const std::type_identity_t<Validation<Claims>>& validation = {}) {
    using Kept = typename detail::SourceOf<Source>::type;
    detail::demand_source<Kept>();
    if constexpr (!detail::is_claims_type<Claims>) {
        detail::demand_claims_type<Claims>();
        return Errc::invalid_claim_type;
    } else if constexpr (!KeySource<Kept>) {
        return Errc::invalid_key;
    } else if constexpr (IssuerKeySource<Kept>) {
        Validation<Claims> rules = validation;
        if (auto refused = detail::bind_to_issuer(source, rules)) return *std::move(refused);
        return (detail::Pipeline<Claims, Kept>{source, rules}.verify)(token);
    } else {
        const Kept& kept = source;
        return (detail::Pipeline<Claims, Kept>{kept, validation}.verify)(token);
    }
}

/// The same with a prepared verifier: for a token that did not come in the `Authorization` header.
template <class Claims, class Source>
[[nodiscard]] Result<Verified<Claims>> decode(std::string_view token, const Verifier<Claims, Source>& verifier) {
    return (verifier.verify)(token);
}

}  // namespace credence
