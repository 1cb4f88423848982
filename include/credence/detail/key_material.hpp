// SPDX-License-Identifier: MIT
// From the bytes of a key file to a prepared key: read by its form, checked for its algorithm, and made ready.
#pragma once

#include <credence/algorithm.hpp>
#include <credence/detail/key_material_checks.hpp>
#include <credence/detail/key_material_der.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/key_material_pairs.hpp>
#include <credence/detail/key_material_pem.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>
#include <credence/detail/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/x509.h>

namespace credence::detail {

using SharedPublic = std::shared_ptr<const PublicKey>;
using SharedPrivate = std::shared_ptr<const PrivateKey>;

/// Whether what lies in a SubjectPublicKeyInfo is the key and no more. OpenSSL does not look behind the end of an RSA
/// key, and takes a hybrid point, which RFC 5480 §2.2 forbids.
[[nodiscard]] inline bool is_just_a_key(ByteView type, ByteView content) {
    // Only an RSA key is DER in there. A point is bare bytes: that of Ed25519 or Ed448 may begin like DER by chance.
    if (as_text(type) == rsa_oid || as_text(type) == rsa_pss_oid) return is_whole_inside(content);
    return as_text(type) != ec_oid || (content.front() != 6 && content.front() != 7);
}

[[nodiscard]] inline KeyHandle read_spki(ByteView der) {
    ByteView rest = der;
    ByteView body = take_tagged(rest, der_sequence);
    ByteView algorithm = take_tagged(body, der_sequence);
    const ByteView type = take_tagged(algorithm, der_oid);
    const ByteView bits = take_tagged(body, der_bits);
    if (bits.size() < 2 || bits[0] != 0) return nullptr;  // [0]: how many bits at the end do not count
    if (!is_just_a_key(type, bits.subspan(1))) return nullptr;
    return read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_PUBKEY(nullptr, at, size); });
}

[[nodiscard]] inline KeyHandle read_certificate(ByteView der) {
    const auto certificate =
        read_whole<Certificate>(der, [](auto at, long size) { return d2i_X509(nullptr, at, size); });
    if (!certificate) return nullptr;
    unsigned char* written = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &written);
    if (size <= 0) return nullptr;
    KeyHandle key = read_spki({written, static_cast<std::size_t>(size)});
    OPENSSL_free(written);
    return key;
}

/// Reads DER of a form that was recognised. Null when it only has the shape of it, or the passphrase is wrong.
[[nodiscard]] inline KeyHandle read_form(ByteView der, KeyForm form, std::string_view passphrase) {
    switch (form) {
        case KeyForm::spki: return read_spki(der);
        case KeyForm::certificate: return read_certificate(der);
        case KeyForm::encrypted_pkcs8: return read_encrypted_pkcs8(der, passphrase);
        case KeyForm::pkcs8: return read_plain_pkcs8(der);
        case KeyForm::pkcs1_private: return read_rsa_private(der);
        case KeyForm::sec1: return read_sec1(der);
        case KeyForm::pkcs1_public: return read_rsa_public(der);
        case KeyForm::certificate_request:
        case KeyForm::unknown: break;
    }
    return nullptr;
}

/// Which half of a key pair a reader is to find; the other is refused.
enum class KeyHalf : std::uint8_t { public_half, private_half };

/// Reads a key from DER. \return an OpenSSL key that nothing was checked about yet but its form.
[[nodiscard]] inline KeyResult<KeyHandle> read_der(ByteView der, KeyHalf wanted, std::string_view passphrase) {
    if (der.size() > longest_key_text) return bad_key("more than 1 MiB of bytes");
    const KeyForm form = form_of(der);
    if (form == KeyForm::unknown) return bad_key("no key in DER");
    if (form == KeyForm::certificate_request) return bad_key("a certificate request");
    if (wanted == KeyHalf::public_half && !is_public_form(form))
        return bad_key("a private key, and a public one is due");
    if (wanted == KeyHalf::private_half && !is_private_form(form))
        return bad_key("a public key, and a private one is due");
    if (form == KeyForm::encrypted_pkcs8 && passphrase.empty()) return bad_key("an encrypted key without a passphrase");
    KeyHandle key = read_form(der, form, passphrase);
    if (key) return KeyResult<KeyHandle>{std::move(key)};
    return bad_key(form == KeyForm::encrypted_pkcs8 ? "an encrypted key and another passphrase" : "a damaged key");
}

/// Reads a key from PEM. The label must tell the truth about what is in the block.
[[nodiscard]] inline KeyResult<KeyHandle> read_pem(std::string_view text, KeyHalf wanted, std::string_view passphrase) {
    KeyResult<PemBlock> block = read_pem_block(text);
    if (!block) return block.error();
    if (!block->header.empty() && passphrase.empty()) return bad_key("an encrypted key without a passphrase");
    if (!decrypt_in_place(*block, passphrase)) return bad_key("an encrypted key and another passphrase");
    const KeyForm promised = form_of_label(block->label);
    if (promised == KeyForm::unknown) return bad_key("a PEM block that holds no key");
    if (form_of(block->der.view()) != promised) return bad_key("a PEM block with another label than its content");
    return read_der(block->der.view(), wanted, passphrase);
}

/// Makes a public key ready for an algorithm. `invalid_key`, `key_too_short`.
[[nodiscard]] inline KeyResult<SharedPublic> prepare_public(KeyHandle key, Scheme scheme) {
    constexpr KeyFault is_private = bad_key("a private key, and a public one is due");
    if (has_private_half(key.get(), family_of(key.get()))) return is_private;
    if (const auto checked = check_public_half(key.get(), scheme); !checked) return checked.error();
    if (has_private_half(key.get(), scheme.family)) return is_private;
    auto prepared = PublicKey::make(std::move(key), scheme);
    if (!prepared) return bad_key("a key that is not for this algorithm");
    return prepared;
}

/// Whether what the private half signs is good for the public half. It is the last proof that they belong together, and
/// the only one for a key whose numbers cannot be read.
[[nodiscard]] inline bool signs_for_itself(const PrivateKey& key) {
    constexpr std::string_view message = "credence";
    std::vector<unsigned char> signature(key.signature_size());
    return key.sign(message, signature.data()) && key.public_half()->verify(message, signature);
}

/// Makes a private key, and its public half, ready for an algorithm. `invalid_key`, `key_too_short`.
[[nodiscard]] inline KeyResult<SharedPrivate> prepare_private(KeyHandle key, Scheme scheme) {
    if (const auto checked = check_public_half(key.get(), scheme); !checked) return checked.error();
    if (!has_own_private_half(key.get(), scheme.family))
        return bad_key("a private key with the public half of another");
    KeyHandle half = public_half_of(key.get());
    if (!half) return bad_key("a key without its public half");
    auto prepared_half = PublicKey::make(std::move(half), scheme);
    if (!prepared_half) return bad_key("a key that is not for this algorithm");
    auto prepared = PrivateKey::make(std::move(key), std::move(prepared_half), scheme);
    if (!prepared || !signs_for_itself(*prepared))
        return bad_key("a private key that does not sign for its public half");
    return prepared;
}

/// Another owner of a key that somebody else owns too. Null when there is none.
[[nodiscard]] inline KeyHandle share(EVP_PKEY* key) noexcept {
    return KeyHandle{key != nullptr && EVP_PKEY_up_ref(key) == 1 ? key : nullptr};
}

/// A new key for an algorithm: RSA of 2048 bits, and Ed25519 for `EdDSA`.
[[nodiscard]] inline KeyHandle generate_key(Scheme scheme) {
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
