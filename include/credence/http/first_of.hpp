// SPDX-License-Identifier: MIT
// FirstOf: verifiers of several kinds of credentials on one route.
#pragma once

#include <credence/http/rejection.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/token_kinds.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

namespace credence {
namespace detail {

/// Whether each verifier except the last recognizes the form of its tokens.
template <class First, class... Rest>
[[nodiscard]] consteval bool last_alone_is_formless() {
    if constexpr (sizeof...(Rest) == 0) {
        return true;
    } else {
        return knows_its_form<First> && last_alone_is_formless<Rest...>();
    }
}

/// The scheme besides `Bearer` that the verifiers accept; empty if there is none.
template <class... VerifierTypes>
[[nodiscard]] consteval std::string_view common_other_scheme() {
    std::string_view found = {};
    for (const std::string_view scheme : std::array{other_scheme_of<VerifierTypes>()...}) {
        if (!scheme.empty()) found = scheme;
    }
    return found;
}

}  // namespace detail

/// Verifiers of several kinds of credentials, used like one: `FirstOf{tokens, api_keys}`.
///
/// The first verifier that recognizes a credential decides about it alone, whether it accepts or refuses. A `Verifier`
/// or `Verifiers` recognizes texts of three dot-separated parts, a `NestedVerifier` those of five. A class of your own
/// has `bool recognizes(std::string_view text) const`. A verifier whose tokens have no form of their own comes last,
/// and takes all other texts. A text that no verifier recognizes is `malformed_token`.
///
/// The scheme is part of the form: a credential with the scheme `DPoP` is for a verifier by `dpop_bound`, one with
/// `Bearer` for the others. `FirstOf{dpop_bound(tokens, {…}), tokens}` takes bound and unbound tokens of one issuer,
/// each in its way.
///
/// It is a `TokenVerifier` if all of them are, and a `RequestVerifier` if any is.
template <class First, class... Rest>
class FirstOf {
    static constexpr bool all_are_verifiers = AnyVerifier<First> && (AnyVerifier<Rest> && ...);
    static constexpr bool all_prove_the_same_claims =
        (std::same_as<typename First::claims_type, typename Rest::claims_type> && ...);
    static constexpr bool only_the_last_takes_any_text = detail::last_alone_is_formless<First, Rest...>();
    static constexpr bool one_verifies_signed_tokens =
        int{detail::verifies_signed_tokens<First>} + (0 + ... + int{detail::verifies_signed_tokens<Rest>}) < 2;
    static_assert(all_are_verifiers,
                  "credence: FirstOf takes verifiers: FirstOf{verifier_for<Claims>(keys, {…}), api_keys}");
    static_assert(all_prove_the_same_claims, "credence: the verifiers of a FirstOf are for one claims type");
    static_assert(
        only_the_last_takes_any_text,
        "credence: a verifier that recognizes no form of token takes every text, so it stands last in FirstOf");
    static_assert(
        one_verifies_signed_tokens,
        "credence: several issuers of signed tokens are one Verifiers{…} in a FirstOf, which chooses by issuer");

public:
    /// The claims type that all of them prove.
    using claims_type = typename First::claims_type;

    /// The scheme that one of them takes besides `Bearer`; empty if none does.
    static constexpr std::string_view scheme = detail::common_other_scheme<First, Rest...>();

    /// The requirements of any of them. See `RequestVerifier`.
    static constexpr bool needs_method_and_url =
        detail::NeedsMethodAndUrl<First> || (detail::NeedsMethodAndUrl<Rest> || ...);
    static constexpr bool needs_client_certificate =
        detail::NeedsClientCertificate<First> || (detail::NeedsClientCertificate<Rest> || ...);

    /// \param first  the verifier that is tried first.
    /// \param rest   the others, in their order.
    explicit FirstOf(First first, Rest... rest) : verifiers_(std::move(first), std::move(rest)...) {}

    /// The claims of a credential that its verifier accepts. Errors as of that verifier; `malformed_token` if none
    /// recognizes it.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text) const
        requires(TokenVerifier<First> && (TokenVerifier<Rest> && ...))
    {
        return choose<0>(text, {}, [&](const auto& verifier) { return (verifier.verify)(text); });
    }

    /// The same for a request.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view text, const RequestContext& context) const
        requires(RequestVerifier<First> || (RequestVerifier<Rest> || ...))
    {
        return choose<0>(text, context.scheme,
                         [&](const auto& verifier) { return detail::verify_in_context(verifier, text, context); });
    }

    /// Whether any of them recognizes a text, so that one `FirstOf` can be part of another.
    [[nodiscard]] bool recognizes(std::string_view text) const {
        return std::apply([text](const auto&... verifier) { return (detail::recognizes(verifier, text) || ...); },
                          verifiers_);
    }

    /// The answer to a refused request: that of the first verifier for the scheme of the request, and the challenges of
    /// the other schemes, which the client may use instead. RFC 9449 §7.2
    [[nodiscard]] Rejection rejection(const Error& error, const Challenge& challenge, std::string_view used) const {
        const bool is_other =
            used.empty() ? error.code == Errc::invalid_proof : detail::equal_without_case(used, scheme);
        auto answer = first_rejection(is_other, error, challenge, used);
        if (!answer) return first_rejection(!is_other, error, challenge, used).value_or(Rejection{});
        if (answer->status != 401) return *std::move(answer);
        if (auto offer = first_rejection(!is_other, Error{Errc::missing_credentials}, challenge, {}))
            answer->other_challenges.insert(answer->other_challenges.begin(), std::move(offer->challenge));
        return *std::move(answer);
    }

private:
    template <std::size_t index, class VerifyBy>
    [[nodiscard]] Result<Verified<claims_type>> choose(std::string_view text, std::string_view used,
                                                       const VerifyBy& verify_by) const {
        if constexpr (index == sizeof...(Rest) + 1) {
            return Error{Errc::malformed_token, {}, "no verifier recognizes the form of this credential"};
        } else {
            const auto& candidate = std::get<index>(verifiers_);
            const bool fits = detail::fits_scheme<std::tuple_element_t<index, decltype(verifiers_)>>(used, scheme);
            if (fits && detail::recognizes(candidate, text)) return verify_by(candidate);
            return choose<index + 1>(text, used, verify_by);
        }
    }

    /// The answer of the first verifier of one of the two schemes; nullopt if none takes that scheme.
    [[nodiscard]] std::optional<Rejection> first_rejection(bool is_other, const Error& error,
                                                           const Challenge& challenge, std::string_view used) const {
        std::optional<Rejection> answer;
        const auto ask = [&]<class VerifierType>(const VerifierType& verifier) {
            const bool takes_other = !detail::other_scheme_of<VerifierType>().empty();
            if (!answer && takes_other == is_other)
                answer = detail::rejection_by(verifier, Error{error}, challenge, used);
        };
        std::apply([&](const auto&... verifier) { (ask(verifier), ...); }, verifiers_);
        return answer;
    }

    std::tuple<First, Rest...> verifiers_;
};

template <class First, class... Rest>
FirstOf(First, Rest...) -> FirstOf<First, Rest...>;

}  // namespace credence
