// SPDX-License-Identifier: MIT
// Decryption keys by key id, for a closed list of algorithms: a JWK Set of private keys or secrets. RFC 7517 §5
#pragma once

#include <credence/bytes.hpp>
#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/key_set.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/jwe/detail/decryption_table.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The decryption keys of a recipient, looked up by a token's `kid` and `alg`. While keys rotate, it has the old one
/// and the new one.
///
/// The list of algorithms is closed. For a token without a `kid` exactly one key may match its `alg`; a `kid` that no
/// usable key has is `no_matching_key`; two matching keys are `ambiguous_key`. Immutable, cheap to copy, shared by any
/// number of threads.
template <KeyManagementAlgorithm... Algs>
class DecryptionKeySet {
    using Algorithms = detail::AlgorithmList<Algs...>;
    static constexpr bool has_an_algorithm = sizeof...(Algs) > 0;
    static_assert(has_an_algorithm,
                  "credence: name the algorithms that the keys may serve: DecryptionKeySet<ECDH_ES, RSA_OAEP_256>");

public:
    /// Takes a JWK Set of private keys or secrets. An entry that no algorithm of this set can use is skipped, and
    /// listed by `skipped()`.
    ///
    /// \param text  at most 1 MiB, and 1,000 keys.
    /// \return the set, which may be empty; `invalid_key` with the reason for a text that is not a JWK Set.
    static Result<DecryptionKeySet> from_jwks(Bytes text) {
        const detail::ErrorQueueGuard guard;
        detail::JwkDocument document;
        if (const auto read = document.read(text.text()); !read) {
            return detail::error_of_json(read.error(), text.text());
        }
        if (document->array("keys").empty()) return detail::bad_key(detail::reason_for_no_keys(*document));
        Content content;
        std::size_t index = 0;
        const bool read = document.each_key(detail::most_keys, [&](const detail::Jwk& jwk) {
            if (detail::add_decryption_jwk<Algs...>(content.table, jwk, index++)) ++content.size;
        });
        if (!read) return detail::bad_key("a JWK Set of more than 1,000 keys");
        return DecryptionKeySet{std::make_shared<const Content>(std::move(content))};
    }

    /// Combines single keys, each a `DecryptionKey` or `EncryptionKeys`, which keep their key ids.
    template <class... AnyKeys>
        requires(std::convertible_to<const AnyKeys&, const DecryptionKey<typename AnyKeys::algorithm>&> && ...)
    static DecryptionKeySet from_keys(const AnyKeys&... keys) {
        Content content;
        (add<typename AnyKeys::algorithm>(content, keys), ...);
        return DecryptionKeySet{std::make_shared<const Content>(std::move(content))};
    }

    /// The number of usable keys.
    [[nodiscard]] std::size_t size() const noexcept { return content_->size; }
    /// Whether there is no usable key.
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    /// The entries that were skipped, in their order.
    [[nodiscard]] const std::vector<SkippedKey>& skipped() const noexcept { return content_->table.skipped(); }

    /// Whether a header's `alg`, byte for byte, is in the list.
    [[nodiscard]] static constexpr bool accepts(std::string_view alg) noexcept { return Algorithms::has_name(alg); }

    /// The one key for a token. Called by `decrypt`.
    ///
    /// \param query    from the token's header. A `kid` that no usable key has matches nothing. Without a `kid` exactly
    ///                 one key may be for `alg`.
    /// \param content  the `enc` of the header: a `dir` key may be for one content algorithm only.
    /// \return the key; `no_matching_key`, `ambiguous_key`, with the reason.
    [[nodiscard]] Result<AnyDecryptionKey> find(const KeyQuery& query, ContentAlgorithm content) const {
        const Result<detail::SharedManagementKey> found = content_->table.find(query, content);
        if (!found) return found.error();
        return AnyDecryptionKey{*found};
    }

private:
    struct Content {
        detail::DecryptionTable table;
        std::size_t size = 0;
    };

    explicit DecryptionKeySet(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

    template <KeyManagementAlgorithm Alg>
    static void add(Content& content, const DecryptionKey<Alg>& key) {
        constexpr bool algorithm_is_listed = Algorithms::template has_type<Alg>;
        static_assert(algorithm_is_listed,
                      "credence: the algorithm of each key must be in the list of the DecryptionKeySet");
        const std::string& kid = key.kid();
        auto name = kid.empty() ? std::nullopt : std::optional<std::string>{kid};
        if (content.table.add(std::move(name), detail::KeyAccess::shared(key))) ++content.size;
    }

    std::shared_ptr<const Content> content_;
};

}  // namespace credence
