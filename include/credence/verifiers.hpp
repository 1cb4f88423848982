// SPDX-License-Identifier: MIT
// Several issuers, each with its own keys and rules: a token is verified by its own issuer's verifier or by none.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/result.hpp>
#include <credence/verified.hpp>
#include <credence/verifier.hpp>
#include <credence/detail/compact.hpp>
#include <credence/detail/issuer.hpp>
#include <credence/detail/jose_header.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace credence {

/// Verifiers of several issuers, used like one: `Verifiers{google, ours}`.
///
/// The `iss` of the token, which nobody has verified yet, selects the verifier whose `Validation::issuer` names it;
/// that one then verifies the token with its own keys and checks `iss` again, and what it says is the answer. So no
/// issuer can sign as another. A verifier whose issuer is not set is never selected; when two name an issuer, the first
/// one is asked, alone. RFC 8725 §3.8
///
/// A token that no verifier claims is `invalid_issuer`: one whose issuer is another, absent, or cannot be read. Nothing
/// else is told of a payload that nobody has verified. What comes before the key in the order of the checks is told
/// first, though, where every verifier would refuse it: size, form, header, `alg` and `crit`.
template <class First, class... Rest>
class Verifiers {
public:
    /// What all of them prove.
    using claims_type = typename First::claims_type;

    /// \param first  a verifier with its `Validation::issuer` set.
    /// \param rest   more of them, for the same claims type.
    explicit Verifiers(First first, Rest... rest) : verifiers_(std::move(first), std::move(rest)...) {
        constexpr bool all_prove_the_same_claims = (std::same_as<claims_type, typename Rest::claims_type> && ...);
        static_assert(all_prove_the_same_claims, "credence: the verifiers of a Verifiers are for one claims type");
    }

    /// The claims of a token that its issuer's verifier accepts. Errors as of `Verifier::verify`.
    [[nodiscard]] Result<Verified<claims_type>> verify(std::string_view token) const {
        if (token.size() > longest_token()) return Errc::token_too_large;
        const auto parts = detail::split_compact(token);
        if (!parts) return Errc::malformed_token;
        return verify_by<0>(token, *parts, detail::unverified_issuer(parts->payload, may_be_padded()));
    }

private:
    /// By the first verifier, from `index` on, that claims the issuer.
    template <std::size_t index>
    [[nodiscard]] Result<Verified<claims_type>> verify_by(std::string_view token, const detail::CompactParts& parts,
                                                          const std::optional<std::string>& issuer) const {
        if constexpr (index == std::tuple_size_v<decltype(verifiers_)>) {
            return refusal(parts.header);
        } else {
            const auto& candidate = std::get<index>(verifiers_);
            if (issuer && candidate.validation().issuer.matches(*issuer)) return candidate.verify(token);
            return verify_by<index + 1>(token, parts, issuer);
        }
    }

    /// Why a token is refused that no verifier claims.
    [[nodiscard]] Error refusal(std::string_view header_segment) const {
        const auto header = detail::read_jose_header(header_segment, may_be_padded());
        if (!header) return header.error();
        const std::string& alg = header->header.alg;
        const auto accepts = [&](const auto& verifier) {
            if constexpr (requires { verifier.detail_accepts(alg); }) return verifier.detail_accepts(alg);
            return true;  // a user's own verifier, which does not say
        };
        const auto understands = [&](const auto& verifier) {
            return detail::understands_critical(*header, verifier.validation().understood);
        };
        if (!is_known_algorithm(alg)) return Error{Errc::unsupported_algorithm};
        if (!any(accepts)) return Error{Errc::algorithm_not_allowed};
        if (!any(understands)) return Error{Errc::unsupported_critical_header};
        return Error{Errc::invalid_issuer, "iss"};
    }

    /// Whether it holds for any of the verifiers.
    template <class Predicate>
    [[nodiscard]] bool any(Predicate&& predicate) const {
        return std::apply([&](const auto&... verifier) { return (predicate(verifier) || ...); }, verifiers_);
    }

    [[nodiscard]] std::size_t longest_token() const {
        return std::apply(
            [](const auto&... verifier) { return (std::max)({verifier.validation().max_token_bytes...}); }, verifiers_);
    }
    [[nodiscard]] bool may_be_padded() const {
        return any([](const auto& verifier) { return verifier.validation().allow_padding; });
    }

    std::tuple<First, Rest...> verifiers_;
};

}  // namespace credence
