// SPDX-License-Identifier: MIT
// The key of a PEM text: that of the wanted half among its blocks. RFC 7468
#pragma once

#include <credence/result.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/der_key.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/other_format.hpp>
#include <credence/keys/detail/pem_block.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/x509.h>

namespace credence::detail {

[[nodiscard]] inline bool is_of_half(const PemBlock& block, KeyHalf wanted) noexcept {
    const KeyForm form = form_of_label(block.label);
    return wanted == KeyHalf::public_half ? is_public_form(form) : is_private_form(form);
}

/// Reads the key of one block. Its label must match its contents.
[[nodiscard]] inline Result<KeyHandle> read_key_of(const PemBlock& block, KeyHalf wanted, std::string_view passphrase) {
    if (block.der.size() == 0) return bad_key("a damaged PEM block");
    if (!block.header.empty() && passphrase.empty())
        return bad_key("the key is encrypted, and no passphrase was given");
    const SecretBytes der = decrypted_der(block, passphrase);
    if (der.size() == 0) return bad_key("wrong passphrase for an encrypted key");
    const KeyForm promised = form_of_label(block.label);
    if (form_of(der.view()) != promised) {
        // In one of 256 cases a wrong passphrase decrypts without an error, to noise.
        return bad_key(block.header.empty() ? "a PEM block whose label does not match its content"
                                            : "wrong passphrase for an encrypted key");
    }
    return read_der(der.view(), wanted, passphrase);
}

[[nodiscard]] inline Certificate certificate_of(const PemBlock& block) {
    if (form_of_label(block.label) != KeyForm::certificate) return nullptr;
    return read_whole<Certificate>(block.der.view(), [](auto at, long size) { return d2i_X509(nullptr, at, size); });
}

/// Whether a block is the certificate of the issuer of another certificate in the text: its subject is that one's
/// issuer, and its key has signed it. Only the key of the first certificate is used.
[[nodiscard]] inline bool continues_chain(const std::vector<PemBlock>& blocks, const PemBlock& block) {
    const Certificate issuer = certificate_of(block);
    return issuer && std::any_of(blocks.begin(), blocks.end(), [&](const PemBlock& other) {
               const Certificate issued = &other == &block ? nullptr : certificate_of(other);
               return issued &&
                      X509_NAME_cmp(X509_get_issuer_name(issued.get()), X509_get_subject_name(issuer.get())) == 0 &&
                      X509_verify(issued.get(), X509_get0_pubkey(issuer.get())) == 1;
           });
}

/// Why no block of a text is of the wanted half.
[[nodiscard]] inline std::string_view reason_for_no_block(const std::vector<PemBlock>& blocks, KeyHalf wanted) {
    const auto any = [&](auto matches) { return std::any_of(blocks.begin(), blocks.end(), matches); };
    const bool wants_public = wanted == KeyHalf::public_half;
    const KeyHalf other = wants_public ? KeyHalf::private_half : KeyHalf::public_half;
    if (any([&](const PemBlock& block) { return is_of_half(block, other); })) {
        return wants_public ? "expected a public key, found a private one"
                            : "expected a private key, found a public one";
    }
    if (any([](const PemBlock& block) { return form_of_label(block.label) == KeyForm::certificate_request; })) {
        return "a certificate request";
    }
    if (any([](const PemBlock& block) { return block.label == "OPENSSH PRIVATE KEY"; })) {
        return "a private key in OpenSSH's own format; convert it with ssh-keygen -p -m PKCS8";
    }
    const bool is_damaged = any([](const PemBlock& block) { return block.der.size() == 0; });
    return is_damaged ? "a damaged PEM block" : "a PEM block that holds no key";
}

/// Reads the key of a PEM text. Blocks of the other half and of other kinds may be next to it: a certificate with its
/// private key, a certificate with its chain.
///
/// \return an OpenSSL key of which only the format was checked; `invalid_key` if two blocks are different keys.
[[nodiscard]] inline Result<KeyHandle> read_pem(std::string_view text, KeyHalf wanted, std::string_view passphrase) {
    const auto blocks = read_pem_blocks(text);
    if (!blocks) return blocks.error();
    if (blocks->empty() && holds_pem(text)) return bad_key("PEM without a whole BEGIN line");
    if (blocks->empty()) return bad_key(other_format(text, "no PEM block"));
    KeyHandle key;
    for (const PemBlock& block : *blocks) {
        if (!is_of_half(block, wanted) || (key && continues_chain(*blocks, block))) continue;
        Result<KeyHandle> next = read_key_of(block, wanted, passphrase);
        if (!next) return next.error();
        if (key && EVP_PKEY_eq(key.get(), next->get()) != 1) return bad_key("two different keys in one text");
        key = *std::move(next);
    }
    if (!key) return bad_key(reason_for_no_block(*blocks, wanted));
    return Result<KeyHandle>{std::move(key)};
}

}  // namespace credence::detail
