// SPDX-License-Identifier: MIT
// The one PEM block of a text, as DER: found, unarmoured, and decrypted where it is encrypted. RFC 7468, RFC 1421 §4.6
#pragma once

#include <credence/detail/key_material_document.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/pem.h>

namespace credence::detail {

/// One block: what stands after BEGIN, the lines before the base64 (`DEK-Info`), and the bytes.
struct PemBlock {
    std::string label;
    std::string header;
    SecretBytes der;
};

/// What OpenSSL gives out of a PEM text is given back to it, and wiped where it may be secret.
struct FreeSecurely {
    std::size_t secret_size = 0;

    void operator()(char* text) const noexcept { OPENSSL_secure_free(text); }
    void operator()(unsigned char* bytes) const noexcept { OPENSSL_secure_clear_free(bytes, secret_size); }
};

/// Takes the next block off `memory`; text before it is skipped, as RFC 7468 §2 allows. Empty label: there is none.
[[nodiscard]] inline PemBlock take_pem_block(BIO* memory) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long size = 0;
    // The flag makes OpenSSL wipe the buffers in which it decodes.
    if (PEM_read_bio_ex(memory, &label, &header, &bytes, &size, PEM_FLAG_SECURE) != 1) return {};
    const auto count = static_cast<std::size_t>(size);
    const std::unique_ptr<char, FreeSecurely> owned_label{label}, owned_header{header};
    const std::unique_ptr<unsigned char, FreeSecurely> owned_bytes{bytes, {count}};
    return {label, header, SecretBytes{ByteView{bytes, count}}};
}

/// What `memory` has not given out yet.
[[nodiscard]] inline std::string_view rest_of(BIO* memory) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    return {text, size > 0 ? static_cast<std::size_t>(size) : 0};
}

[[nodiscard]] inline bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

/// Whether a line is one of the two around a block.
[[nodiscard]] inline bool is_boundary(std::string_view line) {
    const bool begins = line.find("-----BEGIN ") != std::string_view::npos;
    return line.ends_with("-----") && (begins || line.find("-----END ") != std::string_view::npos);
}

/// A text without the blanks and tabs behind its boundaries. They may stand there, but OpenSSL would not know the line.
/// RFC 7468 §3
[[nodiscard]] inline SecretBytes with_bare_boundaries(std::string_view text) {
    SecretBytes kept{text.size()};
    char* const begin = reinterpret_cast<char*>(kept.data());
    char* out = begin;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find_first_of("\r\n"));
        const std::size_t end = line.size();
        std::string_view bare = line;
        while (bare.ends_with(' ') || bare.ends_with('\t')) bare.remove_suffix(1);
        if (is_boundary(bare)) line = bare;
        out += line.copy(out, line.size());
        out += text.copy(out, 1, end);  // its end, if it has one
        text.remove_prefix((std::min)(end + 1, text.size()));
    }
    kept.shrink(static_cast<std::size_t>(out - begin));
    return kept;
}

/// Gives OpenSSL the passphrase that it asks for, or none. Without this function it would ask on the terminal.
inline int give_passphrase(char* out, int room, int /*is_for_writing*/, void* given) noexcept {
    const auto& passphrase = *static_cast<const std::string_view*>(given);
    if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(room)) return -1;
    passphrase.copy(out, passphrase.size());
    return static_cast<int>(passphrase.size());
}

/// Decrypts a block that has `Proc-Type: 4,ENCRYPTED` above its base64; leaves others as they are.
[[nodiscard]] inline bool decrypt_in_place(PemBlock& block, std::string_view passphrase) {
    EVP_CIPHER_INFO cipher{};
    if (PEM_get_EVP_CIPHER_INFO(block.header.data(), &cipher) != 1) return false;
    auto size = static_cast<long>(block.der.size());
    if (PEM_do_header(&cipher, block.der.data(), &size, give_passphrase, &passphrase) != 1 || size < 0) return false;
    block.der.shrink(static_cast<std::size_t>(size));
    return true;
}

/// The block of a text that holds one. Two are refused: of a certificate chain, or a certificate and a key, nobody
/// could say which one was meant. `EC PARAMETERS` in front of the key that repeats them, as OpenSSL writes, is no
/// second.
[[nodiscard]] inline KeyResult<PemBlock> read_pem_block(std::string_view text) {
    if (text.size() > longest_key_text) return bad_key("more than 1 MiB of text");
    const SecretBytes kept = with_bare_boundaries(text);
    const Memory memory{BIO_new_mem_buf(kept.view().data(), static_cast<int>(kept.size()))};
    if (!memory) return bad_key("no memory");
    PemBlock block = take_pem_block(memory.get());
    if (block.label.empty()) {
        return bad_key(text.find("-----BEGIN") == std::string_view::npos ? "no PEM block" : "a damaged PEM block");
    }
    if (block.label == "EC PARAMETERS") {
        block = take_pem_block(memory.get());
        if (block.label != "EC PRIVATE KEY") return bad_key("EC parameters without a key");
    }
    const std::string_view rest = rest_of(memory.get());
    if (rest.find("-----BEGIN") != std::string_view::npos) return bad_key("more than one PEM block");
    if (!is_blank(rest)) return bad_key("text after the PEM block");
    return KeyResult<PemBlock>{std::move(block)};
}

/// The form that a label promises.
[[nodiscard]] inline KeyForm form_of_label(std::string_view label) noexcept {
    if (label == "PUBLIC KEY") return KeyForm::spki;
    if (label == "RSA PUBLIC KEY") return KeyForm::pkcs1_public;
    if (label == "CERTIFICATE" || label == "X509 CERTIFICATE") return KeyForm::certificate;
    if (label == "PRIVATE KEY") return KeyForm::pkcs8;
    if (label == "ENCRYPTED PRIVATE KEY") return KeyForm::encrypted_pkcs8;
    if (label == "RSA PRIVATE KEY") return KeyForm::pkcs1_private;
    if (label == "EC PRIVATE KEY") return KeyForm::sec1;
    if (label == "CERTIFICATE REQUEST" || label == "NEW CERTIFICATE REQUEST") return KeyForm::certificate_request;
    return KeyForm::unknown;
}

}  // namespace credence::detail
