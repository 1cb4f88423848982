// SPDX-License-Identifier: MIT
// Several issuers, each with its own keys and rules: a token is verified by its own issuer's verifier or by none.
#pragma once

#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/jwt/verifier.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/issuer_index.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/token_form.hpp>
#include <credence/jwt/detail/unverified_issuer.hpp>
#include <credence/jwt/detail/verifier_access.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace credence {

/// Verifiers of several issuers, used like one: `Verifiers{google, ours}`.
///
/// The unverified `iss` of the token selects the verifier whose `Validation::issuer` names it. That verifier checks the
/// token with its own keys, checks `iss` again, and its answer counts. So no issuer can sign as another. A verifier
/// whose issuer is not set is never selected. If several verifiers name an issuer, only the first is used. RFC 8725
/// §3.8
///
/// A token whose issuer is absent, unreadable or named by no verifier is `invalid_issuer`. No other error is reported
/// for an unverified payload. But errors that come before the key in the order of the checks (size, form, header,
/// `alg`, `crit`) are reported first if every verifier would refuse the token.
template <class First, class... Rest>
class Verifiers {
public:
    /// The claims type that all of them prove.
    using claims_type = typename First::claims_type;

    /// \param first  a verifier with its `Validation::issuer` set.
    /// \param rest   more of them, for the same claims type.
    explicit Verifiers(First first, Rest... rest) : verifiers_(std::move(first), std::move(rest)...) {
        constexpr bool all_prove_the_same_claims = (std::same_as<claims_type, typename Rest::claims_type> && ...);
        static_assert(all_prove_the_same_claims, "credence: the verifiers of a Verifiers are for one claims type");
        const auto add_rules = [this](const auto& rules) {
            longest_token_ = (std::max)(longest_token_, rules.max_token_bytes);
            unverified_.allow_padding = unverified_.allow_padding || rules.allow_padding;
            unverified_.allow_duplicate_members = unverified_.allow_duplicate_members || rules.allow_duplicate_members;
        };
        std::apply([&](const auto&... verifier) { (add_rules(verifier.validation()), ...); }, verifiers_);
        if constexpr (are_many) {
            std::size_t number = 0;
            std::apply([&](const auto&... verifier) { (by_issuer_.add(verifier.validation().issuer, number++), ...); },
                       verifiers_);
        }
    }

    /// The claims of a token that its issuer's verifier accepts. Errors as of `Verifier::verify`.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view token) const {
        return verify_with(token, nullptr);
    }

    /// The same for a token that may be bound to a key. See `Verifier::verify`.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view token, const ConfirmationCheck& check) const
        requires(BindableVerifier<First> && (BindableVerifier<Rest> && ...))
    {
        return verify_with(token, &check);
    }

private:
    [[nodiscard]] Result<Verified<claims_type>> verify_with(std::string_view token,
                                                            const ConfirmationCheck* check) const {
        if (token.size() > longest_token_) return Error{Errc::token_too_large, {}, detail::longer_than_allowed};
        const auto parts = detail::split_compact(token);
        if (!parts) return Error{Errc::malformed_token, {}, detail::why_not_three_parts(token)};
        const detail::UnverifiedIssuer issuer{parts->payload, unverified_};
        if (!issuer.name()) return refusal(parts->header);
        const IssuedToken issued{token, check, parts->header, issuer};
        if constexpr (are_many) {
            const auto number = by_issuer_.find(*issuer.name());
            return number ? choose_from(*number, issued) : refusal(parts->header);
        } else {
            return choose<0>(issued);
        }
    }

    /// A token whose issuer is known.
    struct IssuedToken {
        std::string_view token;
        const ConfirmationCheck* check;
        std::string_view header;
        const detail::UnverifiedIssuer& issuer;
    };

    /// Calls the first verifier, from `index` on, that accepts the issuer.
    template <std::size_t index>
    [[nodiscard]] Result<Verified<claims_type>> choose(const IssuedToken& issued) const {
        if constexpr (index > sizeof...(Rest)) {
            return refusal(issued.header);
        } else {
            const auto& candidate = std::get<index>(verifiers_);
            if (candidate.validation().issuer.matches(*issued.issuer.name())) {
                return (detail::VerifierAccess::verify)(candidate, issued.token, issued.check, issued.issuer.payload());
            }
            return choose<index + 1>(issued);
        }
    }

    /// The same for an index that is known at run time.
    [[nodiscard]] Result<Verified<claims_type>> choose_from(std::size_t index, const IssuedToken& issued) const {
        static constexpr auto choosers = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::array{&Verifiers::choose<Index>...};
        }(std::make_index_sequence<sizeof...(Rest) + 1>{});
        return (this->*choosers[index])(issued);
    }

    /// Why a token that no verifier accepts is refused.
    [[nodiscard]] Error refusal(std::string_view header_segment) const {
        const auto header =
            detail::read_jose_header(header_segment, {unverified_.allow_padding, may_have_null_members()});
        if (!header) return header.error();
        const std::string& alg = header->header.alg;
        const auto accepts = [&](const auto& verifier) {
            if constexpr (requires { detail::VerifierAccess::accepts(verifier, alg); }) {
                return detail::VerifierAccess::accepts(verifier, alg);
            } else {
                return true;  // a user's own verifier, whose keys are not known
            }
        };
        const auto understands = [&](const auto& verifier) {
            return !detail::check_critical(*header, verifier.validation().understood);
        };
        if (!is_known_algorithm(alg)) return Error{Errc::unsupported_algorithm, {}, detail::why_unsupported(alg)};
        if (!any(accepts)) return Error{Errc::algorithm_not_allowed, {}, detail::key_of_other_algorithm};
        if (!any(understands)) {
            return *detail::check_critical(*header, std::get<0>(verifiers_).validation().understood);
        }
        return Error{Errc::invalid_issuer, "iss", "no verifier is for the issuer of this token"};
    }

    /// Whether the predicate holds for any of the verifiers.
    template <class Predicate>
    [[nodiscard]] bool any(Predicate&& predicate) const {
        return std::apply([&](const auto&... verifier) { return (predicate(verifier) || ...); }, verifiers_);
    }

    [[nodiscard]] bool may_have_null_members() const {
        return any([](const auto& verifier) { return verifier.validation().allow_null_members; });
    }

    /// A few verifiers are compared one by one, which is faster than a hash.
    static constexpr bool are_many = sizeof...(Rest) >= 4;

    std::tuple<First, Rest...> verifiers_;
    std::size_t longest_token_ = 0;            // that any of them accepts
    detail::UnverifiedRules unverified_ = {};  // as loose as those of the loosest
    detail::IssuerIndex by_issuer_ = {};       // used if there are many
};

}  // namespace credence
