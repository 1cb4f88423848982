// SPDX-License-Identifier: MIT
// A verifier: keys and rules, prepared once, for all tokens of one kind.
#pragma once

#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/token_cache.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/pipeline.hpp>
#include <credence/jwt/detail/verifier_access.hpp>
#include <credence/jwt/detail/verifier_source.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

/// Options of a verifier, besides its rules.
struct VerifierOptions {
    Revocation revocation = {};  ///< checked for every token, as the last check. See `revocation.hpp`.
    TokenCache cache = {};       ///< off unless it has a size. See `token_cache.hpp`.
};

/// Verifies tokens of one claims type with one key, key set or rotating key set.
///
/// A cheap handle to shared, immutable state: copy it freely, and use one from any number of threads. A copy may
/// outlive the original.
///
/// \tparam Claims  see `claims/claims.hpp`.
/// \tparam Source  a `DecodingKey`, a `KeySet`, a `RotatingKeys` or a `RemoteKeys`.
template <class Claims, class Source>
class Verifier {
public:
    /// The claims type that it proves.
    using claims_type = Claims;

    /// Prepares a verifier. `Verifier{keys, Validation<MyClaims>{…}}` deduces both parameters.
    ///
    /// If the rules contradict the issuer of the keys, it refuses every token; `verifier_for` reports that at once. See
    /// `IssuerKeySource`.
    Verifier(Source source, Validation<Claims> validation = {}, VerifierOptions options = {})
        : state_(make_state(std::move(source), std::move(validation), std::move(options))) {}

    Verifier(const Verifier&) = default;  // no move: a moved-from verifier would have no state
    Verifier& operator=(const Verifier&) = default;
    ~Verifier() = default;

    /// The claims of a token that passed every check, or the first reason against it: any `Errc` up to
    /// `proof_required`, `keys_unavailable`, `store_unavailable`, or the code that a `Check` names.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token) const { return verify_with(token, nullptr); }

    /// The same for a token that may be bound to a key: `check` decides about its `cnf`, in the place of the rule
    /// `proof_required` and of its opt-out. `dpop_bound` and `certificate_bound` call it.
    [[nodiscard]] Result<Verified<Claims>>(verify)(std::string_view token, const ConfirmationCheck& check) const {
        return verify_with(token, &check);
    }

    /// The rules of this verifier.
    [[nodiscard]] const Validation<Claims>& validation() const noexcept { return state_->validation; }

private:
    friend struct detail::VerifierAccess;

    static constexpr bool is_possible =
        KeySource<Source> && detail::is_claims_type<Claims>;  // else a static_assert explains

    struct State {
        State(Source keys, Validation<Claims> rules, VerifierOptions options)
            : source(std::move(keys)),
              validation(std::move(rules)),
              kept(std::move(options.revocation), options.cache) {}

        const Source source;
        const Validation<Claims> validation;
        typename detail::Pipeline<Claims, Source>::State kept;
    };

    [[nodiscard]] Result<Verified<Claims>> verify_with(std::string_view token, const ConfirmationCheck* check,
                                                       const detail::DecodedPart* payload = nullptr) const {
        if constexpr (is_possible) {
            return (detail::Pipeline<Claims, Source>{state_->source, state_->validation, &state_->kept, check, payload}
                        .verify)(token);
        } else {
            return Errc::invalid_key;
        }
    }

    /// Whether its keys are for a header's `alg`.
    [[nodiscard]] bool accepts(std::string_view alg) const {
        if constexpr (is_possible) {
            return state_->source.accepts(alg);
        } else {
            return false;
        }
    }

    [[nodiscard]] static std::shared_ptr<State> make_state(Source&& keys, Validation<Claims>&& rules,
                                                           VerifierOptions&& options) {
        detail::demand_source<Source>();
        if constexpr (is_possible) {
            static_cast<void>(detail::bind_to_issuer(keys, rules));
            return std::make_shared<State>(std::move(keys), std::move(rules), std::move(options));
        } else {
            detail::demand_claims_type<Claims>();
            return nullptr;
        }
    }

    std::shared_ptr<State> state_;
};

template <class Source, class Claims>
Verifier(Source, Validation<Claims>, VerifierOptions = {}) -> Verifier<Claims, typename detail::SourceOf<Source>::type>;

/// The return type of `verifier_for`, for a member that keeps the verifier: a `Verifier`; or for keys that belong to an
/// issuer (`IssuerKeySource`, `RemoteKeys`) a `Result` of it. Of a `Keys` the verifier keeps the `DecodingKey`.
template <class Claims, class Source>
using VerifierFor = std::conditional_t<IssuerKeySource<Source>, Result<Verifier<Claims, Source>>,
                                       Verifier<Claims, typename detail::SourceOf<Source>::type>>;

/// Prepares a verifier: `verifier_for<MyClaims>(keys, {.issuer = "https://id.example"})`.
///
/// \param source  a `DecodingKey`, a `Keys` (its decoding half is kept), a `KeySet` or a `RotatingKeys`.
/// \return the verifier. For keys that belong to an issuer (`IssuerKeySource`, `RemoteKeys`) a `Result` of it:
///         `invalid_issuer` if `Validation::issuer` is set and does not name that issuer, or if it has to be set.
template <class Claims, class Source>
[[nodiscard]] VerifierFor<Claims, Source> verifier_for(const Source& source,
                                                       std::type_identity_t<Validation<Claims>> validation = {},
                                                       VerifierOptions options = {}) {
    if constexpr (IssuerKeySource<Source>) {
        if (auto refused = detail::bind_to_issuer(source, validation)) return *std::move(refused);
        return Verifier<Claims, Source>{source, std::move(validation), std::move(options)};
    } else {
        return {source, std::move(validation), std::move(options)};
    }
}

}  // namespace credence
