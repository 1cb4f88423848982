// SPDX-License-Identifier: MIT
// DecryptionSource: the concept of a source of decryption keys: a DecryptionKey, a DecryptionKeySet, or a class of your
// own.
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwe/detail/management_key.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <concepts>
#include <string_view>
#include <utility>

namespace credence {

template <KeyManagementAlgorithm Alg>
class DecryptionKey;
template <KeyManagementAlgorithm... Algs>
class DecryptionKeySet;

/// A `DecryptionKey` of any algorithm. A decryption source returns it. Immutable, cheap to copy, shared by any number
/// of threads.
class AnyDecryptionKey {
public:
    AnyDecryptionKey(const AnyDecryptionKey&) = default;  // no move: a moved-from object would have no key
    AnyDecryptionKey& operator=(const AnyDecryptionKey&) = default;
    ~AnyDecryptionKey() = default;

    /// Shares the key.
    template <KeyManagementAlgorithm Alg>
    AnyDecryptionKey(const DecryptionKey<Alg>& key) : key_(detail::KeyAccess::shared(key)) {}

private:
    friend struct detail::KeyAccess;
    template <KeyManagementAlgorithm... Algs>
    friend class DecryptionKeySet;

    explicit AnyDecryptionKey(detail::SharedManagementKey key) noexcept : key_(std::move(key)) {}

    detail::SharedManagementKey key_;
};

/// A source of decryption keys.
///
/// - `source.accepts(alg)` returns whether the source has a key management algorithm of that name in its closed list.
/// - `source.find(query, content)` returns the key for a token's header, whose `enc` is `content`, or the error to
///   refuse the token with: `no_matching_key`, `ambiguous_key`, `keys_unavailable`. `decrypt` refuses the token if the
///   key is for another algorithm than `query.alg`.
///
/// Any number of threads may call the functions at once.
template <class Source>
concept DecryptionSource = requires(const Source& source, std::string_view alg, const KeyQuery& query) {
    { source.accepts(alg) } -> std::same_as<bool>;
    { source.find(query, A256GCM) } -> std::same_as<Result<AnyDecryptionKey>>;
};

}  // namespace credence
