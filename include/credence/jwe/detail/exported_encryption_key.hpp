// SPDX-License-Identifier: MIT
// The prepared half of a key for encrypted tokens, and the members of its JWK. RFC 7517 §4
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/jwe/detail/management_key.hpp>
#include <credence/keys/detail/key_access.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_writer.hpp>

#include <string>

namespace credence::detail {

template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const EncryptionKey<Alg>& key) {
    return KeyAccess::shared(key);
}
template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const DecryptionKey<Alg>& key) {
    return KeyAccess::shared(key);
}
template <KeyManagementAlgorithm Alg>
[[nodiscard]] SharedManagementKey prepared_half(const EncryptionKeys<Alg>& keys) {
    return KeyAccess::shared(keys.decryption);
}

template <class Alg>
constexpr void say_that_an_encryption_secret_is_not_public() {
    constexpr bool key_has_a_public_half = PublicKeyManagement<Alg>;
    static_assert(key_has_a_public_half,
                  "credence: dir, A*KW and A*GCMKW have a shared secret, which has no public form; "
                  "export_private_jwk_in_the_clear writes the secret itself");
}

/// The members that make up a key. `half` is ignored for a secret.
[[nodiscard]] inline Result<JwkFields> management_members(const ManagementKey& key, KeyHalf half) {
    JwkFields jwk;
    if (has_shared_secret(key.scheme)) {
        jwk.put("kty", "oct");
        jwk.put("k", encode_base64url(as_text(key.secret.view())));
    } else if (!put_key(jwk, key.key.get(), half)) {
        return bad_key(no_parameters);
    }
    return jwk;
}

/// A key with its `alg`, `use`, and `kid` if it has one.
[[nodiscard]] inline Result<JwkFields> whole_management_jwk(const ManagementKey& key, const std::string& kid,
                                                            KeyHalf half) {
    Result<JwkFields> jwk = management_members(key, half);
    if (!jwk) return jwk.error();
    jwk->put("alg", std::string{key.only_content ? to_string(*key.only_content) : key.alg});
    jwk->put("use", "enc");
    if (!kid.empty()) jwk->put("kid", kid);
    return jwk;
}

/// The public half of an `EncryptionKey`, a `DecryptionKey` or `EncryptionKeys`.
template <class Key>
    requires requires(const Key& key) { prepared_half(key); }
[[nodiscard]] Result<JwkFields> public_jwk(const Key& key) {
    say_that_an_encryption_secret_is_not_public<typename Key::algorithm>();
    if constexpr (PublicKeyManagement<typename Key::algorithm>) {
        return whole_management_jwk(*prepared_half(key), key.kid(), KeyHalf::public_half);
    } else {
        return Errc::invalid_key;
    }
}

}  // namespace credence::detail
