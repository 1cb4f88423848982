// SPDX-License-Identifier: MIT
// Decoding keys by key id, for a closed list of algorithms: a JWK Set. RFC 7517 §5
#pragma once

#include <credence/algorithm.hpp>
#include <credence/header.hpp>
#include <credence/keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/key_material_sources.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace credence {

/// An entry of a JWK Set that was left out, and why.
struct SkippedKey {
    std::size_t index;   ///< its place in `keys`, from 0
    std::string kid;     ///< its key id if it has one; whoever publishes the set chose it
    std::string reason;  ///< a fragment of a sentence: "its use is not sig"; without any part of the key
};

namespace detail {

inline constexpr std::size_t most_keys = 1000;
inline constexpr std::size_t longest_kid = 256;

/// Whether a token's `kid`, which is UTF-8, can be looked up at all: not one of more than 256 bytes, or with a control
/// character (U+0000 to U+001F, U+007F to U+009F). It is chosen by whoever sends the token. RFC 8725 §3.10
[[nodiscard]] inline bool is_plausible_kid(std::string_view kid) noexcept {
    if (kid.size() > longest_kid) return false;
    unsigned char before = 0;
    for (const char character : kid) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x20 || byte == 0x7f || (before == 0xc2 && byte < 0xa0)) return false;
        before = byte;
    }
    return true;
}

/// The usable keys of a set. One JWK without `alg` may be there for several algorithms. They are few enough to be
/// looked through in less time than a signature takes.
class KeyTable {
public:
    void add(std::string_view alg, std::optional<std::string> kid, std::shared_ptr<const VerifyKey> key) {
        entries_.push_back({alg, std::move(kid), std::move(key)});
    }

    /// The one key for an algorithm and key id. `no_matching_key`, `ambiguous_key`.
    [[nodiscard]] Result<const VerifyKey*> find(std::string_view alg, KeyId kid) const {
        if (kid && !is_plausible_kid(*kid)) return Errc::no_matching_key;
        const VerifyKey* found = nullptr;
        for (const Entry& entry : entries_) {
            if (entry.alg != alg || (kid && entry.kid != kid)) continue;
            if (found != nullptr) return Errc::ambiguous_key;
            found = entry.key.get();
        }
        if (found == nullptr) return Errc::no_matching_key;
        return found;
    }

private:
    struct Entry {
        std::string_view alg;
        std::optional<std::string> kid;
        std::shared_ptr<const VerifyKey> key;
    };

    std::vector<Entry> entries_;
};

/// Everything that was read from a JWK Set.
struct KeySetContent {
    KeyTable table;
    std::size_t size = 0;
    std::vector<SkippedKey> skipped;
};

/// Adds an entry for one algorithm if it can serve it. \return why not; empty when it can.
template <Algorithm Alg>
[[nodiscard]] std::string_view add_jwk(KeyTable& table, const Jwk& jwk) {
    if (const auto allowed = check_jwk_use(jwk, {.alg = Alg::name, .is_to_verify = true}); !allowed) {
        return allowed.error().why;
    }
    const auto key = verify_key_from_jwk<Alg>(jwk);
    if (!key) return key.error().why;
    const auto kid = jwk.string("kid");
    table.add(Alg::name, kid ? std::optional<std::string>{*kid} : std::nullopt, *key);
    return {};
}

/// Adds an entry for each algorithm that the key can serve, or says why it can serve none. Every key is of another type
/// than some algorithm of the set: that is told only when there is no other reason.
template <Algorithm... Algs>
void add_jwk_for_all(KeySetContent& content, const Jwk& jwk, std::size_t index) {
    if (!jwk.is_object()) {
        content.skipped.push_back({index, {}, "not an object"});
        return;
    }
    std::string_view why = "its alg is none of this set's";
    std::size_t tried = 0;
    std::size_t served = 0;
    const auto add = [&]<Algorithm Alg>(std::type_identity<Alg>) {
        if (!jwk.is_absent_or("alg", Alg::name)) return;
        const std::string_view fault = add_jwk<Alg>(content.table, jwk);
        if (fault.empty()) ++served;
        if (tried++ == 0 || why == another_key_type) why = fault;
    };
    (add(std::type_identity<Algs>{}), ...);
    if (served > 0) ++content.size;
    if (served == 0) content.skipped.push_back({index, kid_of(jwk), std::string{why}});
}

/// Reads a JWK Set. `invalid_key` for what is not one, or is too large.
template <Algorithm... Algs>
[[nodiscard]] Result<std::shared_ptr<const KeySetContent>> read_jwks(std::string_view text) {
    const ErrorQueueGuard guard;
    JwkDocument document;
    if (!document.read(text)) return Errc::invalid_key;
    auto content = std::make_shared<KeySetContent>();
    std::size_t index = 0;
    const auto add = [&](const Jwk& jwk) { add_jwk_for_all<Algs...>(*content, jwk, index++); };
    if (!document.each_key(most_keys, add)) return Errc::invalid_key;
    return std::shared_ptr<const KeySetContent>{std::move(content)};
}

}  // namespace detail

/// The keys of an issuer, looked up by a token's `kid` and `alg`.
///
/// The list of algorithms is closed, and holds either shared secrets or public keys: one set for both would let a token
/// choose between them (RFC 8725 §2.1). Without a `kid` in the token exactly one key may fit its `alg`; a `kid` that no
/// usable key has is `no_matching_key`, also in a set of one key; two keys that fit are `ambiguous_key`.
///
/// Immutable after construction, and cheap to copy. Use one object from any number of threads. To follow an issuer that
/// changes its keys, see `RotatingKeys`.
template <Algorithm... Algs>
class KeySet {
    static constexpr bool has_an_algorithm = sizeof...(Algs) > 0;
    static_assert(has_an_algorithm, "credence: name the algorithms that the keys may serve: KeySet<RS256, ES256>");
    static constexpr bool is_of_one_kind = (SharedSecretAlgorithm<Algs> && ...) || (PublicKeyAlgorithm<Algs> && ...);
    static_assert(
        is_of_one_kind,
        "credence: a KeySet holds shared secrets (HS*) or public keys, never both: a token could choose between "
        "them; use two verifiers");

public:
    /// The closed list.
    using algorithms = detail::AlgorithmList<Algs...>;

    KeySet(const KeySet&) = default;  // and no move: a set that was moved from would have to be an empty one
    KeySet& operator=(const KeySet&) = default;
    ~KeySet() = default;

    /// Takes a JWK Set: an object whose `keys` is an array. RFC 7517 §5
    ///
    /// An entry that no algorithm of this set can use is skipped, and listed by `skipped()`: another `kty` or curve, an
    /// `alg` that is not in the list, `use` or `key_ops` for something else, a private key, one that is weak or
    /// damaged. A JWK without `alg` serves every algorithm of the list that its type fits.
    ///
    /// \param text  at most 1 MiB, and 1,000 keys.
    /// \return the set, which may be empty; `invalid_key` for a text that is no JWK Set, not strict JSON, or larger.
    static Result<KeySet> from_jwks(detail::InputBytes text) {
        auto content = detail::read_jwks<Algs...>(text.text());
        if (!content) return content.error();
        return KeySet{*std::move(content)};
    }

    /// Puts single keys together, a `DecodingKey` or a `Keys` each; what counts is their key id and algorithm.
    template <class... AnyKeys>
        requires(std::convertible_to<const AnyKeys&, const DecodingKey<typename AnyKeys::algorithm>&> && ...)
    static KeySet from_keys(const AnyKeys&... keys) {
        constexpr bool algorithms_are_listed = (algorithms::template has_type<typename AnyKeys::algorithm> && ...);
        static_assert(algorithms_are_listed, "credence: the algorithm of each key must be in the list of the KeySet");
        auto content = std::make_shared<detail::KeySetContent>();
        (add<typename AnyKeys::algorithm>(*content, keys), ...);
        return KeySet{std::move(content)};
    }

    /// How many keys can be used.
    [[nodiscard]] std::size_t size() const noexcept { return content_->size; }
    /// Whether no key can be used.
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }

    /// The entries that were left out, in their order.
    [[nodiscard]] const std::vector<SkippedKey>& skipped() const noexcept { return content_->skipped; }

    /// A set never changes, so a verifier may remember what `find` gave.
    static constexpr bool is_fixed = true;

    /// Whether a header's `alg`, byte for byte, is in the list.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return algorithms::has_name(alg); }

    /// The one key for a token's `alg` and `kid`. For verifiers.
    ///
    /// \param kid  nothing when the token has none; an empty one is looked up like any other. It comes from whoever
    ///             sent the token: one of more than 256 bytes or with a control character matches nothing.
    /// \return a key that lives as long as a copy of this set; `no_matching_key`, `ambiguous_key`.
    [[nodiscard]] Result<const detail::VerifyKey*> find(std::string_view alg, KeyId kid) const {
        return content_->table.find(alg, kid);
    }

private:
    explicit KeySet(std::shared_ptr<const detail::KeySetContent> content) : content_(std::move(content)) {}

    template <Algorithm Alg>
    static void add(detail::KeySetContent& content, const DecodingKey<Alg>& key) {
        content.table.add(Alg::name, key.kid().empty() ? std::nullopt : std::optional{key.kid()}, key.detail_share());
        ++content.size;
    }

    std::shared_ptr<const detail::KeySetContent> content_;
};

}  // namespace credence
