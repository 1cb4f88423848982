// SPDX-License-Identifier: MIT
// Decoding keys by key id, for a closed list of algorithms: a JWK Set. RFC 7517 §5
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/skipped_key.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_set_content.hpp>
#include <credence/keys/detail/key_table.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// Options for choosing the key of a token.
struct KeySetOptions {
    /// If several keys fit a token, try each of them, at most 16, instead of `ambiguous_key`. For issuers that publish
    /// several keys and name none in their tokens. Each attempt costs a verification.
    bool try_all = false;
};

/// The keys of an issuer, looked up by a token's `kid` and `alg`.
///
/// The list of algorithms is closed, and has either shared secrets or public keys: one set for both would let a token
/// choose between them (RFC 8725 §2.1). For a token without a `kid` exactly one key may match its `alg`. A `kid` that
/// no usable key has is `no_matching_key`, even in a set of one key; two matching keys are `ambiguous_key`.
///
/// Immutable after construction, and cheap to copy. Use one object from any number of threads. To follow an issuer that
/// changes its keys, see `RotatingKeys`.
template <Algorithm... Algs>
class KeySet {
    using Algorithms = detail::AlgorithmList<Algs...>;
    static constexpr bool has_an_algorithm = sizeof...(Algs) > 0;
    static_assert(has_an_algorithm, "credence: name the algorithms that the keys may serve: KeySet<RS256, ES256>");
    static constexpr bool is_of_one_kind = (SharedSecretAlgorithm<Algs> && ...) || (PublicKeyAlgorithm<Algs> && ...);
    static_assert(
        is_of_one_kind,
        "credence: a KeySet holds shared secrets (HS*) or public keys, never both: a token could choose between "
        "them; use two verifiers");

public:
    KeySet(const KeySet&) = default;  // no move: a moved-from set would be empty
    KeySet& operator=(const KeySet&) = default;
    ~KeySet() = default;

    /// Takes a JWK Set: an object whose `keys` is an array. RFC 7517 §5
    ///
    /// An entry that no algorithm of this set can use is skipped, and listed by `skipped()`: another `kty` or curve, an
    /// `alg` that is not in the list, `use` or `key_ops` for something else, a private key, one that is weak or
    /// damaged. A JWK without `alg` serves every algorithm of the list that its type fits.
    ///
    /// \param text  at most 1 MiB, and 1,000 keys. An entry that repeats a member is skipped.
    /// \return the set, which may be empty; `invalid_key` with the reason for a text that is not a JWK Set, not strict
    ///         JSON, or larger.
    static Result<KeySet> from_jwks(Bytes text, KeySetOptions options = {}) {
        auto content = detail::read_jwks<Algs...>(text.text(), options.try_all);
        if (!content) return content.error();
        return KeySet{*std::move(content)};
    }

    /// Combines single keys, each a `DecodingKey` or `Keys`, which keep their key ids.
    template <class... AnyKeys>
        requires(std::convertible_to<const AnyKeys&, const DecodingKey<typename AnyKeys::algorithm>&> && ...)
    static KeySet from_keys(const AnyKeys&... keys) {
        auto content = std::make_shared<detail::KeySetContent>(false);
        [[maybe_unused]] std::size_t index = 0;
        (add<typename AnyKeys::algorithm>(*content, keys, keys.kid(), index++), ...);
        return KeySet{std::move(content)};
    }

    /// Combines the keys of a range, each a `DecodingKey` or `Keys`; or those of a map from key ids to keys, which get
    /// the key ids of the map. A key whose id is longer than 1,024 bytes is skipped.
    template <std::ranges::input_range Range>
    static KeySet from_keys(Range&& range, KeySetOptions options = {}) {
        auto content = std::make_shared<detail::KeySetContent>(options.try_all);
        std::size_t index = 0;
        for (const auto& element : range) {
            if constexpr (requires { element.second.kid(); }) {
                add<typename std::remove_cvref_t<decltype(element.second)>::algorithm>(*content, element.second,
                                                                                       element.first, index++);
            } else {
                add<typename std::remove_cvref_t<decltype(element)>::algorithm>(*content, element, element.kid(),
                                                                                index++);
            }
        }
        return KeySet{std::move(content)};
    }

    /// The number of usable keys.
    [[nodiscard]] std::size_t size() const noexcept { return content_->size; }
    /// Whether there is no usable key.
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// The entries that were skipped, in their order.
    [[nodiscard]] const std::vector<SkippedKey>& skipped() const noexcept { return content_->skipped; }

    /// A set never changes, so a verifier may cache the answers of `find`.
    static constexpr bool is_static = true;

    /// Whether a header's `alg`, byte for byte, is in the list.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Algorithms::has_name(alg); }

    /// The one key for a token's `alg` and `kid`. For verifiers.
    ///
    /// \param query  from the token's header. A `kid` of more than 1,024 bytes or with a control character matches
    ///               nothing; an empty one is looked up like any other. Without a `kid`, `x5t#S256` and `x5t` are
    ///               looked up; if no key has them, exactly one key may be for `alg`.
    /// \return a key that lives as long as a copy of this set; `no_matching_key`, `ambiguous_key`, with the reason.
    [[nodiscard]] Result<const VerificationKey*> find(const KeyQuery& query) const {
        return content_->table.find(query);
    }

    /// The keys to try if `find` returned `ambiguous_key`: at most 16, and none without `KeySetOptions::try_all`. They
    /// live as long as a copy of this set. See `CandidateSource`.
    [[nodiscard]] std::span<const VerificationKey* const> candidates(const KeyQuery& query) const {
        return content_->table.candidates(query);
    }

private:
    explicit KeySet(std::shared_ptr<const detail::KeySetContent> content) : content_(std::move(content)) {}

    template <Algorithm Alg>
    static void add(detail::KeySetContent& content, const DecodingKey<Alg>& key, std::string_view kid,
                    std::size_t index) {
        constexpr bool algorithm_is_listed = Algorithms::template has_type<Alg>;
        static_assert(algorithm_is_listed, "credence: the algorithm of each key must be in the list of the KeySet");
        if (kid.size() > detail::longest_kid) {
            content.skip(index, kid, "its kid is longer than 1,024 bytes");
            return;
        }
        const bool is_new =
            content.table.add(Alg::name, {.kid = kid.empty() ? std::nullopt : std::optional<std::string>{kid}},
                              detail::KeyAccess::shared(key), detail::identity_of(detail::KeyAccess::prepared(key)));
        if (is_new) ++content.size;
    }

    std::shared_ptr<const detail::KeySetContent> content_;
};

}  // namespace credence
