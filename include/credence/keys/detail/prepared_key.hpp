// SPDX-License-Identifier: MIT
// From an OpenSSL key to a prepared key: checked for its algorithm, and ready for use.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/keys/detail/key_checks.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/key_pair_checks.hpp>
#include <credence/keys/detail/parsed_key.hpp>
#include <credence/keys/detail/signature.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/x509.h>

namespace credence::detail {

using SharedPublic = std::shared_ptr<const PublicKey>;
using SharedPrivate = std::shared_ptr<const PrivateKey>;

/// Checks a public key for an algorithm, and prepares it. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<SharedPublic> prepare_public(KeyHandle key, Scheme scheme) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const auto is_private = [] { return bad_key("expected a public key, found a private one"); };
    if (has_private_half(key.get(), family_of(key.get()))) return is_private();
    if (const auto checked = check_public_half(key.get(), scheme); !checked) return checked.error();
    if (has_private_half(key.get(), scheme.family)) return is_private();
    auto prepared = PublicKey::make(std::move(key), scheme);
    if (!prepared) return bad_key("a key that is not for this algorithm");
    return prepared;
}

/// Whether the public half verifies what the private half signs. This is the last proof that they match, and the only
/// one for a key whose numbers cannot be read.
[[nodiscard]] inline bool signs_for_itself(const PrivateKey& key) {
    constexpr std::string_view message = "credence";
    std::vector<unsigned char> signature(key.signature_size());
    return key.sign(message, signature.data()) && (key.public_half()->verify)(message, signature);
}

/// Checks a private key for an algorithm, and prepares it with its public half. `invalid_key`, `key_too_short`.
[[nodiscard]] inline Result<SharedPrivate> prepare_private(KeyHandle key, Scheme scheme) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    if (const auto checked = check_public_half(key.get(), scheme); !checked) return checked.error();
    if (!has_own_private_half(key.get(), scheme.family)) return bad_key("the private and the public half do not match");
    KeyHandle half = public_half_of(key.get());
    if (!half) return bad_key("a key without its public half");
    auto prepared_half = PublicKey::make(std::move(half), scheme);
    if (!prepared_half) return bad_key("a key that is not for this algorithm");
    auto prepared = PrivateKey::make(std::move(key), std::move(prepared_half), scheme);
    if (!prepared || !signs_for_itself(*prepared))
        return bad_key("a private key that does not sign for its public half");
    return prepared;
}

/// Another owner of a key that is shared. Null if there is no key.
[[nodiscard]] inline KeyHandle share(EVP_PKEY* key) noexcept {
    return KeyHandle{key != nullptr && EVP_PKEY_up_ref(key) == 1 ? key : nullptr};
}

/// The same for a parsed key, which stays unchanged: it may be prepared for several algorithms.
[[nodiscard]] inline Result<SharedPublic> prepare_public(const ParsedKey& key, Scheme scheme) {
    if (!key.key) return bad_key(another_key_type);
    if (key.is_private) return bad_key("expected a public key, found a private one");
    return prepare_public(share(key.key.get()), scheme);
}
[[nodiscard]] inline Result<SharedPrivate> prepare_private(const ParsedKey& key, Scheme scheme) {
    if (!key.key) return bad_key(another_key_type);
    if (!key.is_private) return bad_key("expected a private key, found a public one");
    return prepare_private(share(key.key.get()), scheme);
}

/// A new key for an algorithm: RSA of 2048 bits, and Ed25519 for `EdDSA`. Null if OpenSSL fails.
[[nodiscard]] inline KeyHandle generate_key(Scheme scheme) {
    if (!openssl_is_running()) return nullptr;
    constexpr std::size_t modulus_bits = 2048;
    const auto make = [](const char* type, auto... parameter) {
        return KeyHandle{EVP_PKEY_Q_keygen(nullptr, nullptr, type, parameter...)};
    };
    switch (scheme.family) {
        case Family::rsa_pkcs1:
        case Family::rsa_pss: return make("RSA", modulus_bits);
        case Family::ecdsa: return make("EC", OBJ_nid2sn(curve_id(scheme.curve)));
        case Family::eddsa: return make(scheme.curve == Curve::ed448 ? "ED448" : "ED25519");
        case Family::hmac: break;
    }
    return nullptr;
}

}  // namespace credence::detail
