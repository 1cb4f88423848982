// SPDX-License-Identifier: MIT
// From a token to a proof: every stage, in the one order that the library promises. Verify first, then parse.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/cache.hpp>
#include <credence/header.hpp>
#include <credence/result.hpp>
#include <credence/revocation.hpp>
#include <credence/validation.hpp>
#include <credence/verified.hpp>
#include <credence/detail/compact.hpp>
#include <credence/detail/header_memory.hpp>
#include <credence/detail/jose_header.hpp>
#include <credence/detail/kept_header.hpp>
#include <credence/detail/payload.hpp>
#include <credence/detail/rules.hpp>
#include <credence/detail/secret.hpp>
#include <credence/detail/token_identity.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence::detail {

/// Where a verifier finds its key: a key, a key set, or a holder of one that rotates.
///
/// `accepts(alg)` says whether an algorithm is on the closed list; `find(alg, kid)` gives something that dereferences
/// to the key for it, where `kid` is a `KeyId`. Both come from a token that nobody has verified: they are hostile.
template <class Source>
concept KeySource = std::copy_constructible<Source> && requires(const Source& source, std::string_view name) {
    { source.accepts(name) } -> std::same_as<bool>;
    source.find(name, KeyId{name}).has_value();
    { Source::is_fixed } -> std::convertible_to<bool>;
};

template <class Source>
using KeyRefOf = typename decltype(std::declval<const Source&>().find({}, {}))::value_type;

/// What a verifier remembers of a key: the key itself where it stays the same, nothing where it can rotate.
struct NoKey {};
template <class Source>
using RememberedKeyOf = std::conditional_t<Source::is_fixed, KeyRefOf<Source>, NoKey>;

/// The rules for the outside of a token, whatever its payload is.
struct EnvelopeRules {
    std::size_t max_token_bytes;
    bool allow_padding;
    const std::vector<std::string>& understood;
};

/// The stages before the payload: size, form, header, key, signature. RFC 7515 §5.2
template <KeySource Source>
class Envelope {
public:
    using Memory = HeaderMemory<RememberedKeyOf<Source>>;

    /// \param memory  of the verifier; null for a single use.
    Envelope(std::string_view token, const Source& source, EnvelopeRules rules, Memory* memory) noexcept
        : token_(token), source_(source), rules_(rules), memory_(memory) {}

    /// Goes through all stages. After success, `payload()` is signed, and not yet decoded.
    [[nodiscard]] std::optional<Error> open() {
        if (token_.size() > rules_.max_token_bytes) return Error{Errc::token_too_large};
        if (const auto* remembered = memory_ == nullptr ? nullptr : memory_->find(token_)) {
            parts_ = split_expected(token_, remembered->segment.size(), remembered->signature_size);
            if (parts_) return open_remembered(*remembered);
        }
        parts_ = split_compact(token_);
        return parts_ ? open_new() : Error{Errc::malformed_token};
    }

    [[nodiscard]] HeaderView header() const noexcept { return {*header_, lasting_}; }
    [[nodiscard]] std::string_view payload() const noexcept { return parts_->payload; }

    /// What is wrong when the payload is no base64url: there may be a dot in it.
    [[nodiscard]] Errc bad_payload() const noexcept {
        return split_compact(token_) ? Errc::invalid_base64 : Errc::malformed_token;
    }

private:
    [[nodiscard]] std::optional<Error> open_remembered(const RememberedHeader<RememberedKeyOf<Source>>& remembered) {
        header_ = &remembered.header;
        lasting_ = remembered.lasting;
        auto refused = [&] {
            if constexpr (Source::is_fixed) {
                return check_signature(*remembered.key);
            } else {
                return find_key_and_check();
            }
        }();
        // A fourth part comes to light only now; that there is one is what must be said of such a token.
        if (refused && !split_compact(token_)) return Error{Errc::malformed_token};
        return refused;
    }

    [[nodiscard]] std::optional<Error> open_new() {
        auto header = read_jose_header(parts_->header, rules_.allow_padding);
        if (!header) return header.error();
        header_ = &read_.emplace(std::move(header->header));
        has_empty_kid_ = header->has_kid && header_->kid.empty();
        if (!is_known_algorithm(header_->alg)) return Error{Errc::unsupported_algorithm};
        if (!source_.accepts(header_->alg)) return Error{Errc::algorithm_not_allowed};
        if (!understands_critical(*header, rules_.understood)) return Error{Errc::unsupported_critical_header};
        return find_key_and_check();
    }

    [[nodiscard]] std::optional<Error> find_key_and_check() {
        const auto key = source_.find(header_->alg, key_id());
        if (!key) return key.error();
        if (auto refused = check_signature(**key)) return refused;
        // A header is remembered without the difference between a kid that is empty and none.
        if (memory_ != nullptr && memory_->has_room() && !has_empty_kid_) learn(*key);
        return std::nullopt;
    }

    [[nodiscard]] KeyId key_id() const noexcept {
        return header_->kid.empty() && !has_empty_kid_ ? std::nullopt : KeyId{header_->kid};
    }

    void learn(const KeyRefOf<Source>& key) {
        if constexpr (Source::is_fixed) {
            memory_->learn(parts_->header, parts_->signature.size(), *header_, key);
        } else {
            memory_->learn(parts_->header, parts_->signature.size(), *header_, NoKey{});
        }
    }

    template <class Key>
    [[nodiscard]] std::optional<Error> check_signature(const Key& key) const {
        if (parts_->signature.empty()) return Error{Errc::invalid_signature};
        DecodedPart signature;
        const auto text = rules_.allow_padding ? without_padding(parts_->signature) : parts_->signature;
        if (!signature.decode(text)) return Error{Errc::invalid_base64};
        const std::string_view bytes = signature.bytes();
        if (!key.verify(parts_->signing_input, {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()})) {
            return Error{Errc::invalid_signature};
        }
        return std::nullopt;
    }

    std::string_view token_;
    const Source& source_;
    EnvelopeRules rules_;
    Memory* memory_;
    std::optional<CompactParts> parts_;
    bool has_empty_kid_ = false;
    std::optional<Header> read_;       // a new header
    const Header* header_ = nullptr;   // that, or a remembered one
    const Header* lasting_ = nullptr;  // equal to it, where a remembered one has the usual content
};

/// Which keys a source holds at the moment, for one that can rotate; a fixed source has one generation.
template <class Source>
[[nodiscard]] std::uint64_t generation_of(const Source& source) noexcept {
    if constexpr (requires { source.generation(); }) {
        return source.generation();
    } else {
        return 0;
    }
}

/// All stages, for one claims type and one source of keys. The only place that makes a `Verified`.
template <class Claims, class Source>
class Pipeline {
    using Proof = Verified<Claims>;

    /// A token that was verified: what was proven by it, and what must be looked at again each time.
    struct Known {
        SecretBytes token;
        typename Proof::Facts facts;
        TokenDates dates;
        std::optional<TokenIdentity> identity;
        std::uint64_t generation;
    };

public:
    /// What a verifier keeps from one token to the next.
    struct State {
        State(Revocation store, TokenCache limits) : revocation(std::move(store)) {
            if (limits.max_tokens > 0) proofs = std::make_unique<ProofCache<Known>>(limits);
        }
        typename Envelope<Source>::Memory headers;
        Revocation revocation;
        std::unique_ptr<ProofCache<Known>> proofs;
    };

    /// \param state  of the verifier; null for a single use.
    Pipeline(const Source& source, const Validation<Claims>& validation, State* state = nullptr) noexcept
        : source_(source), validation_(validation), state_(state) {}

    [[nodiscard]] Result<Proof> verify(std::string_view token) const {
        if (state_ == nullptr || state_->proofs == nullptr) return verify_anew(token, 0);
        // Read before the keys are: should they rotate meanwhile, what is remembered is out of date at once.
        const std::uint64_t generation = generation_of(source_);
        if (token.size() > validation_.max_token_bytes) return Errc::token_too_large;
        if (auto known = state_->proofs->find(token, generation)) return judge_again(std::move(known));
        return verify_anew(token, generation);
    }

private:
    [[nodiscard]] Result<Proof> verify_anew(std::string_view token, std::uint64_t generation) const {
        Envelope<Source> envelope{token,
                                  source_,
                                  {validation_.max_token_bytes, validation_.allow_padding, validation_.understood},
                                  state_ == nullptr ? nullptr : &state_->headers};
        if (auto refused = envelope.open()) return *std::move(refused);
        if (envelope.payload().empty()) return Errc::malformed_token;
        DecodedPart payload;
        const bool pads = validation_.allow_padding;
        if (!payload.decode(pads ? without_padding(envelope.payload()) : envelope.payload()))
            return envelope.bad_payload();
        return judge(token, envelope.header(), payload.bytes(), generation);
    }

    [[nodiscard]] Result<Proof> judge(std::string_view token, HeaderView header, std::string_view payload,
                                      std::uint64_t generation) const {
        JsonReader reader{payload, {validation_.allow_duplicate_members}};
        PayloadFacts facts{validation_.required};
        Claims claims{};
        Misfit misfit;
        const auto fault = read_object_text(reader, [&] { return read_payload(reader, claims, facts, misfit); });
        if (fault) return *fault;
        const TokenDates& dates = facts.dates();
        if (auto refused = check_rules(validation_, header.read.typ, facts, dates)) return *std::move(refused);
        if (misfit) return *std::move(misfit);
        if constexpr (has_registered_part<Claims>) fill_registered(facts, dates, claims);
        if (auto refused = check_claims(claims)) return *std::move(refused);
        if (state_ != nullptr && (state_->revocation || state_->proofs)) {
            const auto copy = [&] { return claims; };
            const auto facts_again = [&] { return typename Proof::Facts{header, granted_scopes(facts), copy}; };
            if (auto refused = ask_and_remember(token, generation, facts, facts_again)) return *std::move(refused);
        }
        return {from_call, [&] {
                    return Proof{typename Proof::Proven{}, header, granted_scopes(facts),
                                 [&] { return std::move(claims); }};
                }};
    }

    /// Asks whether the token was revoked, and remembers it with what `make_facts` gives, where the verifier does so.
    template <class MakeFacts>
    [[nodiscard]] Verdict ask_and_remember(std::string_view token, std::uint64_t generation, const PayloadFacts& facts,
                                           MakeFacts&& make_facts) const {
        std::optional<TokenIdentity> identity;
        if (auto refused = check_revocation(facts, facts.dates(), identity)) return refused;
        if (state_->proofs && state_->proofs->takes(token)) {
            state_->proofs->insert(std::make_shared<const Known>(
                Known{SecretBytes{as_bytes(token)}, make_facts(), facts.dates(), identity, generation}));
        }
        return std::nullopt;
    }

    /// A token that was verified before, by these keys: all that can change since is looked at again.
    [[nodiscard]] Result<Proof> judge_again(std::shared_ptr<const Known> known) const {
        if (auto refused = check_dates(validation_, known->dates)) return *std::move(refused);
        if (auto refused = check_claims(known->facts.claims)) return *std::move(refused);
        if (known->identity) {
            if (auto refused = ask_store(*known->identity)) return *std::move(refused);
        }
        const auto* facts = &known->facts;
        return {from_call,
                [&] { return Proof{typename Proof::Proven{}, typename Proof::Shared{std::move(known), facts}}; }};
    }

    [[nodiscard]] Verdict check_claims(const Claims& claims) const {
        for (const auto& check : validation_.checks) {
            if (!check.accepts(claims)) return Error{check.code(), check.name()};
        }
        return std::nullopt;
    }

    [[nodiscard]] Verdict check_revocation(const PayloadFacts& facts, const TokenDates& dates,
                                           std::optional<TokenIdentity>& identity) const {
        if (!state_->revocation) return std::nullopt;
        auto found = token_identity(facts, dates);
        if (!found) return found.error();
        return ask_store(identity.emplace(*std::move(found)));
    }

    /// What the store says of a token. Each time it is shown, it counts as issued no later than that: one whose `iat`
    /// lies ahead, as the rules may allow, must not slip past a mark that is set now.
    [[nodiscard]] Verdict ask_store(const TokenIdentity& identity) const {
        const NumericDate moment{std::chrono::seconds{seconds_now(validation_.clock)}};
        std::optional<TokenIdentity> shown;
        if (identity.issued_at > moment) shown.emplace(identity).issued_at = moment;
        const auto allowed = state_->revocation.check(shown ? *shown : identity);
        if (!allowed) return allowed.error();
        return std::nullopt;
    }

    const Source& source_;
    const Validation<Claims>& validation_;
    State* state_;
};

}  // namespace credence::detail
