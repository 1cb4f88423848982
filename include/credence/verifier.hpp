// SPDX-License-Identifier: MIT
// A verifier: a key and the rules, prepared once, for all the tokens of one kind.
#pragma once

#include <credence/cache.hpp>
#include <credence/keys.hpp>
#include <credence/revocation.hpp>
#include <credence/validation.hpp>
#include <credence/verified.hpp>
#include <credence/detail/pipeline.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

namespace detail {

template <class Source>
inline constexpr bool is_encoding_key = false;
template <class Alg>
inline constexpr bool is_encoding_key<EncodingKey<Alg>> = true;

/// Stands for what was given in the place of a key and is none, such as a secret's text or a `Result`.
struct NoSource {
    template <class Given>
    NoSource(const Given&) {}
};

/// The half of a pair that verifies; any other source of keys as it is.
template <class Source>
struct SourceOf {
    using type = std::conditional_t<KeySource<Source> || is_encoding_key<Source>, Source, NoSource>;
};
template <class Alg>
struct SourceOf<Keys<Alg>> {
    using type = DecodingKey<Alg>;
};

/// The sentences for what cannot verify.
template <class Source>
constexpr void demand_source() {
    constexpr bool key_is_given = KeySource<Source> || is_encoding_key<Source>;
    static_assert(key_is_given,
                  "credence: a token is verified with a DecodingKey, a Keys, a KeySet or a RotatingKeys; make one from "
                  "a secret or a text, and of a Result take the value()");
    constexpr bool key_can_verify = !is_encoding_key<Source>;
    static_assert(key_can_verify,
                  "credence: an EncodingKey signs and cannot verify; pass a DecodingKey, or the Keys that hold both");
}

}  // namespace detail

/// What a verifier may have besides its rules.
struct VerifierOptions {
    Revocation revocation = {};  ///< asked for every token, last of all. See `revocation.hpp`.
    TokenCache cache = {};       ///< off unless it has a size. See `cache.hpp`.
};

/// Verifies tokens of one claims type with one key, key set or rotating key set.
///
/// A cheap handle to shared, immutable state: copy it freely, and use one from any number of threads. Whatever a copy
/// was given to may outlive the original.
///
/// \tparam Claims  see `claims.hpp`.
/// \tparam Source  a `DecodingKey`, a `KeySet` or a `RotatingKeys`.
template <class Claims, class Source>
class Verifier {
public:
    /// What it proves.
    using claims_type = Claims;

    /// Prepares a verifier. `Verifier{keys, Validation<MyClaims>{…}}` deduces both parameters.
    Verifier(Source source, Validation<Claims> validation = {}, VerifierOptions options = {})
        : state_(make_state(std::move(source), std::move(validation), std::move(options))) {}

    Verifier(const Verifier&) = default;  // and no move: one that was moved from would have no state to ask
    Verifier& operator=(const Verifier&) = default;
    ~Verifier() = default;

    /// The claims of a token that passed every check, or the first reason against it. Any `Errc` up to `token_revoked`,
    /// and `keys_unavailable`, `store_unavailable`.
    [[nodiscard]] Result<Verified<Claims>> verify(std::string_view token) const {
        if constexpr (is_possible) {
            return detail::Pipeline<Claims, Source>{state_->source, state_->validation, &state_->kept}.verify(token);
        } else {
            return Errc::invalid_key;
        }
    }

    /// The rules that it was made with.
    [[nodiscard]] const Validation<Claims>& validation() const noexcept { return state_->validation; }

    /// Whether its keys are for a header's `alg`. For the library's own use.
    [[nodiscard]] bool detail_accepts(std::string_view alg) const {
        if constexpr (is_possible) {
            return state_->source.accepts(alg);
        } else {
            return false;
        }
    }

private:
    static constexpr bool is_possible =
        detail::KeySource<Source> && detail::is_claims_type<Claims>;  // or else a sentence says why

    struct State {
        State(Source keys, Validation<Claims> rules, VerifierOptions options)
            : source(std::move(keys)),
              validation(std::move(rules)),
              kept(std::move(options.revocation), options.cache) {}

        const Source source;
        const Validation<Claims> validation;
        typename detail::Pipeline<Claims, Source>::State kept;
    };

    [[nodiscard]] static std::shared_ptr<State> make_state(Source&& keys, Validation<Claims>&& rules,
                                                           VerifierOptions&& options) {
        detail::demand_source<Source>();
        if constexpr (is_possible) {
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

/// Prepares a verifier: `verifier_for<MyClaims>(keys, {.issuer = "https://id.example"})`.
///
/// \param source  a `DecodingKey`, a `Keys` (its decoding half is kept), a `KeySet` or a `RotatingKeys`.
template <class Claims, class Source>
[[nodiscard]] Verifier<Claims, typename detail::SourceOf<Source>::type> verifier_for(
    const Source& source, std::type_identity_t<Validation<Claims>> validation = {}, VerifierOptions options = {}) {
    return {source, std::move(validation), std::move(options)};
}

}  // namespace credence
