// SPDX-License-Identifier: MIT
// VerifierAccess: what `Verifiers` reads of a verifier to explain a refusal.
#pragma once

#include <credence/version.hpp>

#include <string_view>

namespace credence {

template <class Claims, class Source>
class Verifier;

namespace detail {

/// The friend of `Verifier` that asks it about its keys. Used by `Verifiers`, for a token of an unknown issuer.
struct VerifierAccess {
    /// Whether the verifier's keys are for a header's `alg`.
    template <class Claims, class Source>
    [[nodiscard]] static bool accepts(const Verifier<Claims, Source>& verifier, std::string_view alg) {
        return verifier.accepts(alg);
    }
};

}  // namespace detail
}  // namespace credence
