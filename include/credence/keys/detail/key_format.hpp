// SPDX-License-Identifier: MIT
// Recognises the form of DER by its outermost structure: one of the key forms, or none. X.690 §8.1, §10.1
#pragma once

#include <credence/bytes.hpp>
#include <credence/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// `invalid_key`, for this reason: a text of static storage duration, without any part of the key.
[[nodiscard]] inline Error bad_key(std::string_view reason) { return {.code = Errc::invalid_key, .reason = reason}; }
[[nodiscard]] inline Error short_key(std::string_view reason) {
    return {.code = Errc::key_too_short, .reason = reason};
}

/// Reasons that any other reason takes precedence over.
inline constexpr std::string_view another_key_type = "a key of another type";
inline constexpr std::string_view another_curve = "a key on another curve";
inline constexpr std::string_view another_alg = "its alg is not in the list of this set";

/// Whether a reason only says that the key is for other algorithms.
[[nodiscard]] inline bool only_says_other_key(std::string_view reason) noexcept {
    return reason == another_key_type || reason == another_curve;
}

/// The forms in which a key comes as DER.
enum class KeyForm : std::uint8_t {
    unknown,
    spki,                 ///< SubjectPublicKeyInfo, RFC 5280 §4.1
    pkcs1_public,         ///< RSAPublicKey, RFC 8017 A.1.1
    certificate,          ///< X.509, RFC 5280 §4.1
    pkcs8,                ///< PrivateKeyInfo, RFC 5208 §5
    encrypted_pkcs8,      ///< EncryptedPrivateKeyInfo, RFC 5208 §6
    pkcs1_private,        ///< RSAPrivateKey of two primes, RFC 8017 A.1.2
    sec1,                 ///< ECPrivateKey, RFC 5915 §3
    certificate_request,  ///< PKCS #10, which is not a key
};

[[nodiscard]] constexpr bool is_private_form(KeyForm form) noexcept {
    return form == KeyForm::pkcs8 || form == KeyForm::encrypted_pkcs8 || form == KeyForm::pkcs1_private ||
           form == KeyForm::sec1;
}

[[nodiscard]] constexpr bool is_public_form(KeyForm form) noexcept {
    return form == KeyForm::spki || form == KeyForm::pkcs1_public || form == KeyForm::certificate;
}

/// One element of DER: its tag, and its contents.
struct DerElement {
    unsigned char tag = 0;
    ByteView content;
};

/// Takes the first element off `der`. Nullopt if it is truncated, or its length is not in DER's only form.
[[nodiscard]] inline std::optional<DerElement> take_der(ByteView& der) noexcept {
    if (der.size() < 2) return std::nullopt;
    const unsigned char tag = der[0];
    std::size_t size = der[1];
    std::size_t head = 2;
    if (size >= 0x80) {
        const std::size_t digits = size - 0x80;
        if (digits == 0 || digits > 4 || der.size() < 2 + digits || der[2] == 0) return std::nullopt;
        size = 0;
        for (std::size_t at = 0; at < digits; ++at) size = size << 8 | der[2 + at];
        if (size < 0x80) return std::nullopt;
        head += digits;
    }
    if (der.size() - head < size) return std::nullopt;
    const DerElement element{tag, der.subspan(head, size)};
    der = der.subspan(head + size);
    return element;
}

inline constexpr char der_integer = 0x02, der_bits = 0x03, der_octets = 0x04, der_oid = 0x06, der_sequence = 0x30;

/// The tags of the elements in `content`, one character each. Nullopt if they do not fill it exactly.
[[nodiscard]] inline std::optional<std::string> der_tags(ByteView content) {
    std::string tags;
    while (!content.empty()) {
        const auto element = take_der(content);
        if (!element) return std::nullopt;
        tags.push_back(static_cast<char>(element->tag));
    }
    return tags;
}

/// Whether an element starts with an object identifier, as an algorithm identifier does.
[[nodiscard]] inline bool names_algorithm(ByteView content) {
    const auto sequence = take_der(content);
    return sequence && der_tags(sequence->content).value_or("").starts_with(der_oid);
}

/// Whether the bytes in a key's BIT STRING or OCTET STRING are one whole element, if they are DER at all. OpenSSL
/// ignores bytes after the end of an RSA key there.
[[nodiscard]] inline bool is_whole_inside(ByteView content) noexcept {
    if (content.empty() || content[0] != der_sequence) return true;
    return take_der(content).has_value() && content.empty();
}

[[nodiscard]] inline KeyForm form_of_certificate(ByteView content) {
    const auto body = take_der(content);
    const std::string tags = body ? der_tags(body->content).value_or("") : "";
    if (tags == std::string{der_integer, der_sequence, der_sequence} || tags == "\x02\x30\x30\xa0") {
        return KeyForm::certificate_request;
    }
    return tags.size() >= 6 ? KeyForm::certificate : KeyForm::unknown;
}

/// Whether bytes are a PKCS#12 file, whose keys only its password opens. RFC 7292 §4
[[nodiscard]] inline bool is_pkcs12(ByteView der) {
    const auto outer = take_der(der);
    if (!outer || !der.empty() || outer->tag != der_sequence) return false;
    ByteView content = outer->content;
    const auto version = take_der(content);
    return version && version->tag == der_integer && as_text(version->content) == "\x03" && names_algorithm(content) &&
           der_tags(content).value_or("").find_first_not_of(der_sequence) == std::string::npos;
}

/// The form of `der` as a whole. Only its structure is checked here; OpenSSL decides whether it is a key.
[[nodiscard]] inline KeyForm form_of(ByteView der) {
    const auto outer = take_der(der);
    if (!outer || !der.empty() || outer->tag != der_sequence) return KeyForm::unknown;
    const std::string tags = der_tags(outer->content).value_or("");
    if (tags == "\x30\x03" && names_algorithm(outer->content)) return KeyForm::spki;
    if (tags == "\x30\x04" && names_algorithm(outer->content)) return KeyForm::encrypted_pkcs8;
    if (tags == "\x30\x30\x03") return form_of_certificate(outer->content);
    if (tags == std::string(2, der_integer)) return KeyForm::pkcs1_public;
    if (tags == std::string(9, der_integer)) return KeyForm::pkcs1_private;
    if (tags.starts_with("\x02\x30\x04")) return KeyForm::pkcs8;
    if (tags.starts_with("\x02\x04")) return KeyForm::sec1;
    return KeyForm::unknown;
}

}  // namespace credence::detail
