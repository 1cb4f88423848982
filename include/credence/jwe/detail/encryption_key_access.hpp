// SPDX-License-Identifier: MIT
// EncryptionKeyAccess: the way from the public keys for encryption to the prepared keys in them.
#pragma once

#include <credence/version.hpp>

#include <utility>

namespace credence::detail {

/// The friend of `EncryptionKey`, `DecryptionKey` and `AnyDecryptionKey` that reads their private members for the rest
/// of the library, so that users see none of them.
///
/// Used by `encrypt`, `decrypt`, `SealedCookie`, `DecryptionKeySet` and the export of keys.
struct EncryptionKeyAccess {
    /// The prepared key.
    template <class Key>
    [[nodiscard]] static const auto& prepared(const Key& key) noexcept {
        return *key.key_;
    }

    /// The same as a shared pointer.
    template <class Key>
    [[nodiscard]] static const auto& shared(const Key& key) noexcept {
        return key.key_;
    }

    /// The opposite: wraps a prepared key in an `AnyDecryptionKey`.
    template <class Any, class Shared>
    [[nodiscard]] static Any wrap(Shared key) noexcept {
        return Any{std::move(key)};
    }
};

}  // namespace credence::detail
