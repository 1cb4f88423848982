// SPDX-License-Identifier: MIT
// Decoding keys by key id, for a closed list of algorithms: a JWK Set. RFC 7517 §5
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_import.hpp>
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/key_table.hpp>

#include <algorithm>
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

/// An entry of a JWK Set that was skipped, and why.
struct SkippedKey {
    std::size_t index;   ///< its index in `keys`, or among the given keys, from 0
    std::string kid;     ///< its key id, if it is printable; the publisher of the set chose it
    std::string reason;  ///< a fragment of a sentence: "its use is not sig"; without any part of the key
};

/// Options for choosing the key of a token.
struct KeySetOptions {
    /// If several keys fit a token, try each of them, at most 16, instead of `ambiguous_key`. For issuers that publish
    /// several keys and name none in their tokens. Each attempt costs a verification.
    bool try_all = false;
};

namespace detail {

inline constexpr std::size_t most_keys = 1000;

/// The contents of a JWK Set.
struct KeySetContent {
    explicit KeySetContent(KeySetOptions options) : table(options.try_all) {}

    void skip(std::size_t index, std::string_view kid, std::string_view reason) {
        table.add_skipped(kid, reason);
        skipped.push_back({index, std::string{is_plausible_kid(kid) ? kid : ""}, std::string{reason}});
    }

    KeyTable table;
    std::size_t size = 0;
    std::vector<SkippedKey> skipped;
};

/// The identity of a key: the public key in DER, or the secret.
[[nodiscard]] inline SecretBytes identity_of(const HmacKey& key) { return SecretBytes{key.secret()}; }
[[nodiscard]] inline SecretBytes identity_of(const PublicKey& key) { return public_der(key.native()); }

/// The thumbprint of a certificate as in a token's header: base64url without padding. RFC 7517 §4.8, §4.9
[[nodiscard]] inline std::string thumbprint_member(const Jwk& jwk, std::string_view name) {
    std::string text{jwk.string(name).value_or("")};
    while (text.ends_with('=')) text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

[[nodiscard]] inline KeyNames names_of(const Jwk& jwk) {
    const auto kid = jwk.string("kid");
    return {.kid = kid ? std::optional<std::string>{*kid} : std::nullopt,
            .x5t = thumbprint_member(jwk, "x5t"),
            .x5t_s256 = thumbprint_member(jwk, "x5t#S256")};
}

/// Adds an entry for one algorithm if it can serve it. \return whether it is a new key.
template <Algorithm Alg>
[[nodiscard]] Result<bool> add_jwk(KeyTable& table, const Jwk& jwk, const Result<ParsedKey>& parsed) {
    if (auto allowed = check_jwk_use(jwk, {.alg = Alg::name, .is_to_verify = true}); !allowed) return allowed.error();
    const auto key = parsed.and_then(prepare_to_verify<Alg>);
    if (!key) return key.error();
    return table.add(Alg::name, names_of(jwk), *key, identity_of(**key));
}

/// Why an entry of a set cannot serve any algorithm; empty if that depends on the algorithm.
[[nodiscard]] inline std::string_view reason_to_skip(const Jwk& jwk) {
    if (!jwk.is_object()) return "not an object";
    if (jwk.repeats_member()) return "it names a member twice";
    if (jwk.string("kid").value_or("").size() > longest_kid) return "its kid is longer than 1,024 bytes";
    return {};
}

/// Adds an entry for each algorithm that the key can serve, or records why it can serve none. Most algorithms of the
/// set are for other key types or curves: that is the reason only if there is no other.
template <Algorithm... Algs>
void add_jwk_for_all(KeySetContent& content, const Jwk& jwk, std::size_t index) {
    std::string_view reason = reason_to_skip(jwk);
    if (!reason.empty()) {
        content.skip(index, kid_of(jwk), reason);
        return;
    }
    const Result<ParsedKey> parsed = parse_jwk(jwk);
    reason = another_alg;
    std::size_t attempted = 0;
    std::size_t served = 0;
    bool is_new = false;
    const auto add = [&]<Algorithm Alg>(std::type_identity<Alg>) {
        if (!jwk.is_absent_or("alg", Alg::name)) return;
        const Result<bool> added = add_jwk<Alg>(content.table, jwk, parsed);
        if (added) ++served;
        is_new = is_new || added.value_or(false);
        if (!added && (attempted == 0 || only_says_other_key(reason))) reason = added.error().reason;
        ++attempted;
    };
    (add(std::type_identity<Algs>{}), ...);
    if (is_new) ++content.size;
    if (served == 0) content.skip(index, kid_of(jwk), reason);
}

/// Why a JSON object is not a JWK Set.
[[nodiscard]] inline std::string_view reason_for_no_keys(const Jwk& object) {
    if (object.has("kty")) return "a single JWK; expected a JWK Set, {\"keys\": [...]}";
    if (object.has_string_with("-----BEGIN ")) {
        return "a map from key ids to PEM; make a key of each with from_pem, and a set with KeySet::from_keys";
    }
    if (object.has("jwks_uri")) return "an issuer's metadata; its keys are at its jwks_uri";
    return "not a JWK Set: it has no array \"keys\"";
}

/// Reads a JWK Set. `invalid_key` if it is not one, or is too large.
template <Algorithm... Algs>
[[nodiscard]] Result<std::shared_ptr<const KeySetContent>> read_jwks(std::string_view text, KeySetOptions options) {
    const ErrorQueueGuard guard;
    JwkDocument document;
    if (const auto read = document.read(text); !read) return error_of_json(read.error(), text);
    if (document->array("keys").empty()) return bad_key(reason_for_no_keys(*document));
    auto content = std::make_shared<KeySetContent>(options);
    std::size_t index = 0;
    const auto add = [&](const Jwk& jwk) { add_jwk_for_all<Algs...>(*content, jwk, index++); };
    if (!document.each_key(most_keys, add)) return bad_key("a JWK Set of more than 1,000 keys");
    return std::shared_ptr<const KeySetContent>{std::move(content)};
}

}  // namespace detail

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
        auto content = detail::read_jwks<Algs...>(text.text(), options);
        if (!content) return content.error();
        return KeySet{*std::move(content)};
    }

    /// Combines single keys, each a `DecodingKey` or `Keys`, which keep their key ids.
    template <class... AnyKeys>
        requires(std::convertible_to<const AnyKeys&, const DecodingKey<typename AnyKeys::algorithm>&> && ...)
    static KeySet from_keys(const AnyKeys&... keys) {
        auto content = std::make_shared<detail::KeySetContent>(KeySetOptions{});
        [[maybe_unused]] std::size_t index = 0;
        (add<typename AnyKeys::algorithm>(*content, keys, keys.kid(), index++), ...);
        return KeySet{std::move(content)};
    }

    /// Combines the keys of a range, each a `DecodingKey` or `Keys`; or those of a map from key ids to keys, which get
    /// the key ids of the map. A key whose id is longer than 1,024 bytes is skipped.
    template <std::ranges::input_range Range>
    static KeySet from_keys(Range&& range, KeySetOptions options = {}) {
        auto content = std::make_shared<detail::KeySetContent>(options);
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
