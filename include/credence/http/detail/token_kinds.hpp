// SPDX-License-Identifier: MIT
// Chooses the verifier of a credential, by the form of its text and by its scheme.
#pragma once

#include <credence/http/request_verifier.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <concepts>
#include <string_view>

namespace credence::detail {

template <class VerifierType>
inline constexpr bool verifies_signed_tokens = false;
template <class Claims, class Source>
inline constexpr bool verifies_signed_tokens<Verifier<Claims, Source>> = true;
template <class First, class... Rest>
inline constexpr bool verifies_signed_tokens<Verifiers<First, Rest...>> = true;

template <class VerifierType>
concept RecognizesTokens = requires(const VerifierType& verifier, std::string_view text) {
    { verifier.recognizes(text) } -> std::same_as<bool>;
};

template <class VerifierType>
inline constexpr bool knows_its_form = verifies_signed_tokens<VerifierType> || RecognizesTokens<VerifierType>;

/// Whether a text has the form of this verifier's tokens. A signed token has three parts. RFC 7515 §7.1
template <class VerifierType>
[[nodiscard]] bool recognizes(const VerifierType& verifier, std::string_view text) {
    if constexpr (RecognizesTokens<VerifierType>) {
        return verifier.recognizes(text);
    } else {
        return !verifies_signed_tokens<VerifierType> || std::count(text.begin(), text.end(), '.') == 2;
    }
}

/// Whether a credential of this scheme may be meant for a verifier, if one of the verifiers takes `other_scheme`. A
/// credential without a scheme, such as one from a cookie, may be meant for any.
template <class VerifierType>
[[nodiscard]] bool fits_scheme(std::string_view scheme, std::string_view other_scheme) noexcept {
    if (scheme.empty() || other_scheme.empty()) return true;
    return equal_without_case(scheme, other_scheme) == !other_scheme_of<VerifierType>().empty();
}

}  // namespace credence::detail
