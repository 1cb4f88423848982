// SPDX-License-Identifier: MIT
// KeyAccess: the way from the library's public keys to the prepared keys in them.
#pragma once

#include <credence/version.hpp>

#include <cstdint>

namespace credence {

template <class Set>
class RotatingKeys;

namespace detail {

/// The friend of the public keys, of those for encryption as well, and of `RotatingKeys`. It reads their private
/// members for the rest of the library, so that users see none of them.
///
/// Used to sign (`encode`, DPoP nonces, `testing`), to encrypt and decrypt, to put keys into a set, to export them, and
/// to check the entries of a verifier's cache of tokens.
struct KeyAccess {
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

    /// The generation, without keeping its set alive. It may be that of a set that is being replaced now; a set that is
    /// loaded afterwards is at least as new.
    template <class Set>
    [[nodiscard]] static std::uint64_t generation(const RotatingKeys<Set>& keys) noexcept {
        return keys.sets_->generation();
    }
};

}  // namespace detail
}  // namespace credence
