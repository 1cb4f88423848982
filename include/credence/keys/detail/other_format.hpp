// SPDX-License-Identifier: MIT
// Recognises a text in another format than expected, and names the function that reads it.
#pragma once

#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <cstddef>
#include <string_view>

namespace credence::detail {

/// Whether bytes have the form of a key in DER.
[[nodiscard]] inline bool has_key_form(ByteView bytes) { return form_of(trim_der(bytes)) != KeyForm::unknown; }

/// Whether a text is a JSON string that contains an object or an array: a document that was encoded twice.
[[nodiscard]] inline bool is_json_in_string(std::string_view text) noexcept {
    text = trim_front(text);
    if (!text.starts_with('"')) return false;
    text.remove_prefix(1);
    while (const std::size_t blank = white_space_at_start(text)) text.remove_prefix(blank);
    return text.starts_with('{') || text.starts_with('[');
}

/// The name of a text that was encoded once more; empty if it is not recognised.
[[nodiscard]] inline std::string_view encoded_format(std::string_view text) {
    if (is_json_in_string(text)) {
        return "JSON inside a JSON string; decode the string, then use from_jwk, or KeySet::from_jwks for a set";
    }
    const auto base64 = decode_base64_text(without_wrapping(text));
    if (base64 && has_key_form(base64->view())) {
        return "base64 of a DER key without PEM's BEGIN and END lines; add them, or decode it and use from_der";
    }
    if (base64 && is_key_document(base64->view())) return "a key in base64; decode it first";
    if (const auto bytes = decode_hex_text(text); bytes && is_key_document(bytes->view())) {
        return "a key in hexadecimal; decode it first";
    }
    const bool has_wide_characters = text.find('\0') != std::string_view::npos;
    return has_wide_characters && is_key_document(as_bytes(text))
               ? "a key in another encoding, such as UTF-16; decode it first"
               : "";
}

/// The actual format of a text, and what to do with it; `otherwise` if it is not recognised.
[[nodiscard]] inline std::string_view other_format(std::string_view text, std::string_view otherwise) {
    if (holds_pem(text)) return "PEM; use from_pem";
    if (has_key_form(as_bytes(text))) return "DER; use from_der";
    if (is_pkcs12(as_bytes(text))) return "a PKCS#12 file; extract the key with openssl pkcs12";
    if (is_xml_key(text)) return "an RSA key in XML; convert it to PEM";
    if (is_ssh_key(text)) return "an SSH key; convert it with ssh-keygen -e -m PKCS8";
    const std::string_view trimmed = trim_front(text);
    if (trimmed.starts_with('{') || trimmed.starts_with('['))
        return "JSON; use from_jwk, or KeySet::from_jwks for a set";
    if (trimmed.starts_with("http://") || trimmed.starts_with("https://"))
        return "a URL; pass the text that is there, or use RemoteKeys";
    const std::string_view encoded = text.size() > longest_key_text ? std::string_view{} : encoded_format(text);
    return encoded.empty() ? otherwise : encoded;
}

}  // namespace credence::detail
