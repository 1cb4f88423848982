// SPDX-License-Identifier: MIT
// The PEM blocks of a text as DER: found anywhere in the text, and decrypted if necessary. RFC 7468, RFC 1421
#pragma once

#include <credence/result.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/pem.h>

namespace credence::detail {

inline constexpr std::string_view pem_begin = "-----BEGIN ";
inline constexpr std::string_view pem_end = "-----END ";
inline constexpr std::string_view pem_dashes = "-----";

/// One block.
struct PemBlock {
    std::string label;   ///< the text after BEGIN; empty if it is damaged
    std::string header;  ///< `Proc-Type` and `DEK-Info`, a line each; empty if the block is not encrypted
    SecretBytes der;     ///< empty if the block is damaged
};

[[nodiscard]] inline bool is_blank(std::string_view text) {
    return text.find_first_not_of(white_space) == std::string_view::npos;
}

[[nodiscard]] inline bool is_pem_label(std::string_view label) noexcept {
    constexpr std::size_t longest = 64;
    return label.size() <= longest && std::all_of(label.begin(), label.end(), [](char character) {
               return (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9') ||
                      character == ' ' || character == '#' || character == '.';
           });
}

[[nodiscard]] inline std::string_view without_white_space_at_start(std::string_view text) noexcept {
    while (const std::size_t blank = white_space_at_start(text)) text.remove_prefix(blank);
    return text;
}

/// Removes the two header fields of an encrypted block from its body. RFC 1421 §4.6
/// \return the fields as OpenSSL expects them; empty if there are none.
[[nodiscard]] inline std::string take_pem_header(std::string_view& body) {
    constexpr std::string_view process = "Proc-Type:", cipher = "DEK-Info:";
    body = without_white_space_at_start(body);
    const std::size_t found = body.find(cipher);
    if (!body.starts_with(process) || found == std::string_view::npos) return {};
    const std::string_view first = body.substr(0, found);
    body = without_white_space_at_start(body.substr(found + cipher.size()));
    const std::string_view value = body.substr(0, body.find_first_of(" \t\r\n\v\f\\"));
    body.remove_prefix(value.size());
    const bool is_encrypted = first.find("4,ENCRYPTED") != std::string_view::npos;
    return is_encrypted ? "Proc-Type: 4,ENCRYPTED\nDEK-Info: " + std::string{value} + '\n' : "";
}

/// Takes the next block off a text, with all text before it; nullopt if there is none. Lines may be indented, joined,
/// or end in CR, LF, both, or a backslash and an n.
[[nodiscard]] inline std::optional<PemBlock> take_pem_block(std::string_view& text) {
    const std::size_t begin = text.find(pem_begin);
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin + pem_begin.size());
    PemBlock block;
    const std::string_view label = text.substr(0, text.find(pem_dashes));
    if (label.size() == text.size() || !is_pem_label(label)) return block;
    block.label = label;
    text.remove_prefix(label.size() + pem_dashes.size());
    const std::string end = std::string{pem_end} + block.label + std::string{pem_dashes};
    std::string_view body = text.substr(0, text.find(pem_end));
    if (!text.substr(body.size()).starts_with(end)) return block;  // truncated, or the end of another block
    text.remove_prefix(body.size() + end.size());
    block.header = take_pem_header(body);
    const bool has_other_alphabet = body.find_first_of("-_") != std::string_view::npos;
    auto der = has_other_alphabet ? std::nullopt : decode_base64_text(body);
    if (der) block.der = *std::move(der);
    return block;
}

/// All blocks of a text, in their order.
[[nodiscard]] inline Result<std::vector<PemBlock>> read_pem_blocks(std::string_view text) {
    constexpr std::size_t most_blocks = 64;
    if (text.size() > longest_key_text) return bad_key("more than 1 MiB of text");
    std::vector<PemBlock> blocks;
    while (auto block = take_pem_block(text)) {
        if (blocks.size() == most_blocks) return bad_key("more than 64 PEM blocks");
        blocks.push_back(*std::move(block));
    }
    return Result<std::vector<PemBlock>>{std::move(blocks)};
}

/// Passes OpenSSL the passphrase, or none. Without this function OpenSSL would ask on the terminal.
inline int give_passphrase(char* out, int room, int /*is_for_writing*/, void* given) noexcept {
    const auto& passphrase = *static_cast<const std::string_view*>(given);
    if (passphrase.empty() || passphrase.size() > static_cast<std::size_t>(room)) return -1;
    passphrase.copy(out, passphrase.size());
    return static_cast<int>(passphrase.size());
}

/// The DER of a block, decrypted if it has a header, else a copy. Empty if the passphrase is wrong.
[[nodiscard]] inline SecretBytes decrypted_der(const PemBlock& block, std::string_view passphrase) {
    SecretBytes der{block.der.view()};
    if (block.header.empty()) return der;
    std::string header = block.header;
    EVP_CIPHER_INFO cipher{};
    auto size = static_cast<long>(der.size());
    const bool is_decrypted = PEM_get_EVP_CIPHER_INFO(header.data(), &cipher) == 1 &&
                              PEM_do_header(&cipher, der.data(), &size, give_passphrase, &passphrase) == 1 && size > 0;
    der.shrink(is_decrypted ? static_cast<std::size_t>(size) : 0);
    return der;
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
