// SPDX-License-Identifier: MIT
// From a token to a proof: every stage, in the one order that the library promises. Verify first, then parse.
#pragma once

#include <credence/clock.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/revocation.hpp>
#include <credence/jwt/token_cache.hpp>
#include <credence/jwt/validation.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwt/detail/compact.hpp>
#include <credence/jwt/detail/envelope.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/jwt/detail/payload.hpp>
#include <credence/jwt/detail/proof_cache.hpp>
#include <credence/jwt/detail/rules.hpp>
#include <credence/jwt/detail/shared_header.hpp>
#include <credence/jwt/detail/token_identity.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace credence::detail {

/// A token whose signature held.
struct SignedToken {
    std::string_view text;
    HeaderView header;
    std::string_view payload;  ///< decoded
    std::uint64_t generation;  ///< of the keys; see `generation_of`
};

/// All stages, for one claims type and one key source. The only place that makes a `Verified` from a token.
template <class Claims, class Source>
class Pipeline {
    using Proof = Verified<Claims>;

    /// A verified token: its proof, and the values that are checked again at each use.
    struct CachedProof : Proof::SharedFacts, KnownToken {
        CachedProof(const typename Proof::Facts& proven, KnownToken&& known)
            : Proof::SharedFacts{proven,
                                 [](VersionUses* version) noexcept { delete static_cast<CachedProof*>(version); }},
              KnownToken{std::move(known)} {}
    };
    using HeldProof = VersionHold<CachedProof>;

public:
    /// State that a verifier keeps between tokens.
    struct State {
        State(Revocation store, TokenCache limits) : revocation(std::move(store)) {
            if (limits.max_tokens > 0 && may_cache_proofs<Source>)
                proofs = std::make_unique<ProofCache<CachedProof>>(limits);
        }
        typename Envelope<Source>::Headers headers;
        Revocation revocation;
        std::unique_ptr<ProofCache<CachedProof>> proofs;
    };

    /// \param state         of the verifier; null for a single use.
    /// \param confirmation  decides about `cnf`; null where possession of a key cannot be proven.
    /// \param decoded       a payload that was decoded to choose this verifier; used if it is the token's.
    Pipeline(const Source& source, const Validation<Claims>& validation, State* state = nullptr,
             const ConfirmationCheck* confirmation = nullptr, const DecodedPart* decoded = nullptr) noexcept
        : source_(source), validation_(validation), state_(state), confirmation_(confirmation), decoded_(decoded) {}

    [[nodiscard]] Result<Proof>(verify)(std::string_view token) const {
        if (state_ == nullptr || state_->proofs == nullptr) return verify_anew(token, 0);
        // Read before the keys: if they rotate meanwhile, the cached proof is stale at once.
        const std::uint64_t generation = generation_of(source_);
        if (token.size() > validation_.max_token_bytes) return Error{Errc::token_too_large, {}, longer_than_allowed};
        if (auto cached = state_->proofs->find(token, generation)) return verify_cached(std::move(cached));
        return verify_anew(token, generation);
    }

private:
    [[nodiscard]] Result<Proof> verify_anew(std::string_view token, std::uint64_t generation) const {
        Envelope<Source> envelope{token, source_, envelope_rules(validation_),
                                  state_ == nullptr ? nullptr : &state_->headers};
        auto unopened = envelope.open();
        if constexpr (FetchingKeySource<Source>) {
            if (unopened && unopened->code == Errc::no_matching_key) unopened = open_after_fetch(envelope, unopened);
        }
        if (unopened) return *std::move(unopened);
        if (envelope.payload().empty()) return Error{Errc::malformed_token, {}, "the payload is empty"};
        DecodedPart own;
        const DecodedPart* payload = decoded_;
        if (payload == nullptr || !payload->is_of(envelope.payload())) {
            if (auto refused = envelope.decode_payload(own)) return *std::move(refused);
            payload = &own;
        }
        return verify_payload({token, envelope.header(), payload->bytes(), generation});
    }

    /// Lets the source fetch the key of a token if the rules would accept the token. Its claims are not verified here,
    /// and have no other effect. \return the error; if nothing is fetched, `unknown`, the error of the first lookup.
    [[nodiscard]] std::optional<Error> open_after_fetch(Envelope<Source>& envelope,
                                                        const std::optional<Error>& unknown) const {
        const auto dates = unverified_dates(envelope);
        if (!dates) return unknown;
        auto fetched = source_.fetch_key(envelope.query(), dates->iat.date);
        if (!fetched) return std::move(fetched).error();
        return *fetched ? envelope.open_again() : unknown;
    }

    /// The dates of an unverified payload; nullopt if the rules refuse its claims.
    [[nodiscard]] std::optional<TokenDates> unverified_dates(const Envelope<Source>& envelope) const {
        DecodedPart part;
        if (envelope.decode_payload(part)) return std::nullopt;
        JsonReader json{part.bytes(), {.allow_duplicate_members = validation_.allow_duplicate_members}};
        ClaimIndex claims{validation_};
        RegisteredClaims nothing;  // never fill the user's own type from unsigned text
        Result<void> ignored;
        const auto read = [&] { return read_payload(json, nothing, claims, ignored); };
        if (read_object_text(json, payload_reasons, read)) return std::nullopt;
        if (check_rules(validation_, envelope.header().read.typ, claims, asks_revocation())) return std::nullopt;
        return claims.dates();
    }

    /// Reads the claims in place, in the proof: moving a claim takes as long as reading a short one. The proof leaves
    /// this function only after every check has accepted the claims.
    [[nodiscard]] Result<Proof> verify_payload(const SignedToken& token) const {
        Result<Proof> proof{from_call, [&] { return Proof{typename Proof::Proven{}, token.header}; }};
        if (auto refused = read_and_check(token, *(*proof).own_)) proof = *std::move(refused);
        return proof;
    }

    /// Reads the payload, and runs all checks that are left.
    [[nodiscard, gnu::always_inline]] std::optional<Error> read_and_check(const SignedToken& token,
                                                                          typename Proof::Facts& facts) const {
        JsonReader reader{token.payload, {validation_.allow_duplicate_members}};
        ClaimIndex index{validation_};
        Result<void> mapped;
        auto error = read_object_text(reader, payload_reasons,
                                      [&] { return read_payload(reader, facts.claims, index, mapped); });
        if (error) return error;
        if (auto refused = check_rules(validation_, token.header.read.typ, index, asks_revocation())) return refused;
        if (!mapped) return std::move(mapped).error();
        if constexpr (has_registered_part<Claims>) fill_registered(index, facts.claims);
        if (auto refused = check_claims(facts.claims)) return refused;
        if (auto refused = check_confirmation(index.text(RecognisedClaim::cnf))) return refused;
        fill_scopes(index, facts.scopes);
        if (state_ == nullptr || !(state_->revocation || state_->proofs)) return std::nullopt;
        return check_revocation_and_cache(token, index, facts);
    }

    /// Checks for revocation, and caches the proof, if the verifier has a cache.
    [[nodiscard]] std::optional<Error> check_revocation_and_cache(const SignedToken& token, const ClaimIndex& index,
                                                                  const typename Proof::Facts& facts) const {
        std::optional<TokenIdentity> identity;
        if (auto refused = check_revocation(index, identity)) return refused;
        if (state_->proofs) {
            const NumericDate now = moment_of(validation_.clock);
            if (state_->proofs->wants(token.text, token.generation, now)) {
                state_->proofs->insert(
                    std::make_unique<CachedProof>(
                        facts, KnownToken{SecretBytes{as_bytes(token.text)}, index.dates(), std::move(identity),
                                          std::string{index.text(RecognisedClaim::cnf)}, token.generation}),
                    now, end_of(index.dates()));
            }
        }
        return std::nullopt;
    }

    /// The time from which on a token is expired under any rules.
    [[nodiscard]] static std::optional<NumericDate> end_of(const TokenDates& dates) noexcept {
        if (!dates.exp.date) return std::nullopt;
        return saturating_sum(*dates.exp.date, max_leeway);
    }

    /// A token that these keys verified before. Everything that can have changed since is checked again.
    [[nodiscard]] Result<Proof> verify_cached(HeldProof cached) const {
        if (auto refused = check_dates(validation_, cached->dates, asks_revocation())) {
            if (refused->code == Errc::token_expired) state_->proofs->drop(*cached);
            return *std::move(refused);
        }
        if (auto refused = check_claims(cached->facts.claims)) return *std::move(refused);
        if (auto refused = check_confirmation(cached->confirmation)) return *std::move(refused);
        if (cached->identity) {
            if (auto refused = ask_store(*cached->identity)) return *std::move(refused);
        }
        if (cached.is_last_of_line()) [[unlikely]]  // the thread holds many proofs: the next lookup needs the slot
            return {from_call, [&] { return Proof{typename Proof::Proven{}, cached->facts}; }};
        return {from_call, [&] { return Proof{typename Proof::Proven{}, typename Proof::Shared{std::move(cached)}}; }};
    }

    [[nodiscard]] std::optional<Error> check_claims(const Claims& claims) const {
        for (const auto& check : validation_.checks) {
            if (!check.accepts(claims)) return Error{check.code(), check.name()};
        }
        return std::nullopt;
    }

    /// A bound token needs a proof of possession each time: one cache may serve a verifier both alone and within a
    /// bound one.
    [[nodiscard]] std::optional<Error> check_confirmation(std::string_view confirmation) const {
        if (confirmation_ == nullptr) return check_bearer_use(validation_, confirmation);
        auto proven = (*confirmation_)(confirmation);
        if (!proven) return std::move(proven).error();
        return std::nullopt;
    }

    [[nodiscard]] bool asks_revocation() const noexcept { return state_ != nullptr && state_->revocation; }

    [[nodiscard]] std::optional<Error> check_revocation(const ClaimIndex& index,
                                                        std::optional<TokenIdentity>& identity) const {
        if (!state_->revocation) return std::nullopt;
        TokenIdentity& read = identity.emplace();
        if (auto refused = read_identity(index, read)) return refused;
        return ask_store(read);
    }

    /// The store's answer for a token. The token counts as issued no later than now. Otherwise one whose `iat` is in
    /// the future, as the rules may allow, would escape a revocation that is made now.
    [[nodiscard]] std::optional<Error> ask_store(const TokenIdentity& identity) const {
        const NumericDate moment{std::chrono::seconds{seconds_beside(identity.issued_at, validation_.clock)}};
        std::optional<TokenIdentity> shown;
        if (identity.issued_at > moment) shown.emplace(identity).issued_at = moment;
        const auto allowed = (state_->revocation.check)(shown ? *shown : identity);
        if (!allowed) return allowed.error();
        return std::nullopt;
    }

    const Source& source_;
    const Validation<Claims>& validation_;
    State* state_;
    const ConfirmationCheck* confirmation_;
    const DecodedPart* decoded_;
};

}  // namespace credence::detail
