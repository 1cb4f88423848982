// SPDX-License-Identifier: MIT
// VerifierAccess: the way from those who choose among several verifiers to the private functions of a verifier.
#pragma once

#include <credence/jwt/confirmation.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <string_view>

namespace credence {

template <class Claims>
class Verified;

template <class Claims, class Source>
class Verifier;

namespace detail {

/// The friend of `Verifier` for those who choose among several: `Verifiers` and `IssuerRegistry`.
struct VerifierAccess {
    /// Whether the verifier's keys are for a header's `alg`.
    template <class Claims, class Source>
    [[nodiscard]] static bool accepts(const Verifier<Claims, Source>& verifier, std::string_view alg) {
        return verifier.accepts(alg);
    }

    /// Verifies a token whose payload was decoded to choose the verifier.
    ///
    /// \param check  null if the token was presented without a proof of possession.
    template <class Claims, class Source>
    [[nodiscard]] static Result<Verified<Claims>>(verify)(const Verifier<Claims, Source>& verifier,
                                                          std::string_view token, const ConfirmationCheck* check,
                                                          const DecodedPart& payload) {
        return verifier.verify_with(token, check, &payload);
    }
    /// The same by a user's own verifier, which takes the token alone.
    template <class Other>
    [[nodiscard]] static Result<Verified<typename Other::claims_type>>(verify)(const Other& verifier,
                                                                               std::string_view token,
                                                                               const ConfirmationCheck* check,
                                                                               const DecodedPart& /*payload*/) {
        if constexpr (BindableVerifier<Other>) {
            if (check != nullptr) return (verifier.verify)(token, *check);
        }
        return (verifier.verify)(token);
    }
};

}  // namespace detail
}  // namespace credence
