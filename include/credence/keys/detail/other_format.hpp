// SPDX-License-Identifier: MIT
// The format of a text that was given to the function for another one, and which function reads it.
#pragma once

#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <string_view>

namespace credence::detail {

/// Whether bytes have the form of a key in DER.
[[nodiscard]] inline bool has_key_form(ByteView bytes) { return form_of(trim_der(bytes)) != KeyForm::unknown; }

/// What a text is instead, and what to do with it; `otherwise` if it is nothing that is known.
[[nodiscard]] inline std::string_view other_format(std::string_view text, std::string_view otherwise) {
    if (holds_pem(text)) return "PEM; use from_pem";
    if (has_key_form(as_bytes(text))) return "DER; use from_der";
    if (is_pkcs12(as_bytes(text))) return "a PKCS#12 file; extract the key with openssl pkcs12";
    if (is_ssh_key(text)) return "an SSH key; convert it with ssh-keygen -e -m PKCS8";
    const std::string_view trimmed = trim_front(text);
    if (trimmed.starts_with('{') || trimmed.starts_with('['))
        return "JSON; use from_jwk, or KeySet::from_jwks for a set";
    const auto decoded = text.size() > longest_key_text ? std::nullopt : decode_base64_text(trimmed);
    if (decoded && has_key_form(decoded->view())) {
        return "base64 of a DER key without PEM's BEGIN and END lines; add them, or decode it and use from_der";
    }
    return otherwise;
}

}  // namespace credence::detail
