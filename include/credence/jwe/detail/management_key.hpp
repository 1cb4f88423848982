// SPDX-License-Identifier: MIT
// A recipient's key, checked for one algorithm, which seals and opens content keys. RFC 7516 §2
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/aes_key_wrap.hpp>
#include <credence/jwe/detail/chosen_bytes.hpp>
#include <credence/jwe/detail/content_cipher.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/jwe/detail/key_agreement.hpp>
#include <credence/jwe/detail/rsa_oaep.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// A secret, a public key or a private one, for one algorithm. Immutable once it is shared.
struct ManagementKey {
    std::string_view alg = {};
    ManagementScheme scheme = {};
    SecretBytes secret = {};
    KeyHandle key = nullptr;
    const NamedCurve* curve = nullptr;                  ///< of an agreement
    std::optional<ContentAlgorithm> only_content = {};  ///< of a `dir` key whose JWK names it in its alg
    KeyHandle pattern = nullptr;                        ///< of an agreement: ephemeral keys are made on its curve
    std::unique_ptr<ContextPool> contexts = nullptr;    ///< of RSA-OAEP
    SecretBytes decoy = {};  ///< random bytes to use as content key if a wrapped one is damaged
};

using SharedManagementKey = std::shared_ptr<const ManagementKey>;

/// Checks that a key can serve a content algorithm: a `dir` key is the content key. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<void> check_content(const ManagementKey& key, ContentAlgorithm content) {
    if (key.scheme.management != KeyManagement::direct) return {};
    if (key.only_content.value_or(content) != content) return bad_key("its alg is another algorithm");
    const std::size_t wanted = content_suite(content).key_size();
    if (key.secret.size() < wanted) return short_key("a secret shorter than the key of the enc");
    if (key.secret.size() > wanted) return bad_key("a secret longer than the key of the enc");
    return {};
}

/// A content key, and its sealed form.
struct SealedKey {
    SecretBytes content_key = {};
    std::string encrypted_key = {};  ///< as bytes
    std::string members = {};        ///< for the header, each preceded by a comma
};

/// Makes a random content key. \return false if the system has no randomness.
[[nodiscard]] inline bool make_content_key(SealedKey& out, std::size_t size) {
    out.content_key = SecretBytes{size};
    return fill_random({out.content_key.data(), size});
}

[[nodiscard]] inline bool seal_with_aes(ByteView key, SealedKey& out) {
    out.encrypted_key.resize(out.content_key.size() + key_wrap_overhead);
    return wrap_key(key, out.content_key.view(), reinterpret_cast<unsigned char*>(out.encrypted_key.data()));
}

/// IV and tag go into the header. RFC 7518 §4.7.1
[[nodiscard]] inline bool seal_with_gcm(ByteView key, SealedKey& out) {
    std::array<unsigned char, gcm_iv_size> iv;
    std::array<unsigned char, gcm_tag_size> tag;
    out.encrypted_key.resize(out.content_key.size());
    const ContentRoom room{reinterpret_cast<unsigned char*>(out.encrypted_key.data()), tag.data()};
    if (!fill_random(iv) || !seal_gcm(key, iv, {}, out.content_key.view(), room)) return false;
    out.members = R"(,"iv":")" + encode_base64url(as_text(iv)) + R"(","tag":")" + encode_base64url(as_text(tag)) + '"';
    return true;
}

/// Agrees on a key with the recipient, which is the content key, or wraps it. RFC 7518 §4.6
[[nodiscard]] inline bool seal_by_agreement(const ManagementKey& key, ContentAlgorithm content,
                                            const AgreementParties& parties, SealedKey& out) {
    const KeyHandle own = key_like(key.pattern.get());
    if (!own) return false;
    const SecretBytes secret = agree(own.get(), key.key.get(), *key.curve);
    const std::string epk = ephemeral_jwk(own.get(), *key.curve);
    if (secret.size() == 0 || epk.empty()) return false;
    out.members = ",\"epk\":" + epk;
    const std::size_t content_size = content_suite(content).key_size();
    if (key.scheme.wrapping_size == 0) {
        out.content_key = derive_key(secret, to_string(content), parties, content_size);
        return out.content_key.size() != 0;
    }
    const SecretBytes wrapping = derive_key(secret, key.alg, parties, key.scheme.wrapping_size);
    return wrapping.size() != 0 && make_content_key(out, content_size) && seal_with_aes(wrapping.view(), out);
}

/// Chooses a content key for a token and seals it for the recipient. \return false if OpenSSL fails.
[[nodiscard]] inline bool seal_content_key(const ManagementKey& key, ContentAlgorithm content,
                                           const AgreementParties& parties, SealedKey& out) {
    switch (key.scheme.management) {
        case KeyManagement::direct: out.content_key = SecretBytes{key.secret.view()}; return true;
        case KeyManagement::agreement: return seal_by_agreement(key, content, parties, out);
        case KeyManagement::aes_wrap:
        case KeyManagement::gcm_wrap:
        case KeyManagement::rsa_oaep: break;
    }
    if (!make_content_key(out, content_suite(content).key_size())) return false;
    if (key.scheme.management == KeyManagement::aes_wrap) return seal_with_aes(key.secret.view(), out);
    if (key.scheme.management == KeyManagement::gcm_wrap) return seal_with_gcm(key.secret.view(), out);
    out.encrypted_key.resize(oaep_size(key.key.get()));
    return seal_oaep(*key.contexts, out.encrypted_key.size(), out.content_key.view(),
                     reinterpret_cast<unsigned char*>(out.encrypted_key.data()));
}

/// The content key to use if a wrapped one is damaged: then the tag of the content fails, as for any other error, and
/// at the same cost. RFC 7516 §11.5
[[nodiscard]] inline SecretBytes decoy_key(const ManagementKey& key, std::size_t size) {
    return SecretBytes{key.decoy.view().first(size)};
}

/// Unwraps a content key with AES Key Wrap. \return false for a wrong length, which is not secret.
[[nodiscard]] inline bool open_with_aes(ByteView key, ByteView encrypted, SecretBytes& content_key) {
    if (encrypted.size() != content_key.size() + key_wrap_overhead) return false;
    SecretBytes opened{content_key.size()};
    unsigned char is_good = 0;
    if (!unwrap_key(key, encrypted, opened.data(), is_good)) return false;
    take_by_mask(is_good, opened.view(), content_key.data(), content_key.size());
    return true;
}

/// Decrypts a content key with AES-GCM. \return false for wrong lengths, which are not secret.
[[nodiscard]] inline bool open_with_gcm(ByteView key, const JweHeader& header, ByteView encrypted,
                                        SecretBytes& content_key) {
    const auto iv = decode_base64url(header.iv);
    const auto tag = decode_base64url(header.tag);
    if (!iv || iv->size() != gcm_iv_size || !tag || tag->size() != gcm_tag_size) return false;
    if (encrypted.size() != content_key.size()) return false;
    SecretBytes opened{encrypted.size()};
    const SealedContent sealed{.iv = as_bytes(*iv), .ciphertext = encrypted, .tag = as_bytes(*tag), .aad = {}};
    const unsigned char is_good = mask_if(open_gcm(key, sealed, opened.data()));
    take_by_mask(is_good, opened.view(), content_key.data(), content_key.size());
    return true;
}

/// Agrees on a key with the sender. \return false for an `epk` that is of small order or not on the key's curve, and
/// for a wrong length of the wrapped key: these are not secret.
[[nodiscard]] inline bool open_by_agreement(const ManagementKey& key, const JweToken& token, ByteView encrypted,
                                            SecretBytes& content_key) {
    const auto producer = decode_base64url(token.header.apu);
    const auto recipient = decode_base64url(token.header.apv);
    if (!producer || !recipient) return false;
    const KeyHandle peer = peer_key(token.header.epk, key.key.get(), *key.curve);
    if (!peer) return false;
    const SecretBytes secret = agree(key.key.get(), peer.get(), *key.curve);
    if (secret.size() == 0) return false;
    const AgreementParties parties{*producer, *recipient};
    if (key.scheme.wrapping_size == 0) {
        content_key = derive_key(secret, to_string(token.content), parties, content_key.size());
        return encrypted.empty() && content_key.size() != 0;
    }
    const SecretBytes wrapping = derive_key(secret, key.alg, parties, key.scheme.wrapping_size);
    return wrapping.size() != 0 && open_with_aes(wrapping.view(), encrypted, content_key);
}

/// Opens the content key of a token. For a damaged content key, gives another one and returns true.
/// \return false for errors that the sender can see without the key, and if OpenSSL fails.
[[nodiscard]] inline bool open_content_key(const ManagementKey& key, const JweToken& token, ByteView encrypted,
                                           SecretBytes& out) {
    const std::size_t size = content_suite(token.content).key_size();
    switch (key.scheme.management) {
        case KeyManagement::direct: out = SecretBytes{key.secret.view()}; return encrypted.empty();
        case KeyManagement::aes_wrap:
            out = decoy_key(key, size);
            return open_with_aes(key.secret.view(), encrypted, out);
        case KeyManagement::gcm_wrap:
            out = decoy_key(key, size);
            return open_with_gcm(key.secret.view(), token.header, encrypted, out);
        case KeyManagement::agreement: out = decoy_key(key, size); return open_by_agreement(key, token, encrypted, out);
        case KeyManagement::rsa_oaep:
            out = SecretBytes{size};
            return fill_random({out.data(), size}) &&
                   open_oaep(*key.contexts, oaep_size(key.key.get()), encrypted, out);
    }
    return false;
}

}  // namespace credence::detail
