// SPDX-License-Identifier: MIT
// Checks HMAC secrets: long enough, and not a key document, which may be public. RFC 7518 §3.2
#pragma once

#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/json/json_reader.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/key_format.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace credence::detail {

/// Whether a text contains the begin or end line of a PEM block, or of an SSH public key (RFC 4716), anywhere and in
/// upper or lower case.
[[nodiscard]] inline bool holds_pem(std::string_view text) {
    for (auto at = text.find("----"); at != std::string_view::npos; at = text.find("----", at)) {
        at = (std::min)(text.find_first_not_of('-', at), text.size());
        std::string_view word = text.substr(at);
        if (word.starts_with(' ')) word.remove_prefix(1);
        if (starts_without_case(word, "begin ") || starts_without_case(word, "end ")) return true;
    }
    return false;
}

/// Whether a text is a line of an SSH `authorized_keys`, `known_hosts` or `.pub` file, or a PuTTY key file. Such a line
/// may begin with options, a host or a comment; the key in it begins with its type, in base64. RFC 4253 §6.6
[[nodiscard]] inline bool is_ssh_key(std::string_view text) {
    constexpr std::array<std::string_view, 8> starts{"ssh-rsa",    "ssh-dss",   "ssh-ed25519", "ssh-ed448",
                                                     "ecdsa-sha2", "sk-ssh-ed", "sk-ecdsa-",   "PuTTY-User-Key-File"};
    constexpr std::array<std::string_view, 5> keys{"AAAAB3NzaC1", "AAAAC3NzaC1", "AAAAE2VjZHNh", "AAAAGnNrLXNzaC",
                                                   "AAAAInNrLWVjZHNh"};
    const std::string_view trimmed = trim_front(text);
    return std::any_of(starts.begin(), starts.end(),
                       [&](std::string_view start) { return trimmed.starts_with(start); }) ||
           std::any_of(keys.begin(), keys.end(),
                       [&](std::string_view key) { return text.find(key) != std::string_view::npos; });
}

/// Reads a value. Sets `found` if it is an object that has `kty` or `keys`, or an array that contains such an object.
[[nodiscard]] inline bool look_for_jwk(JsonReader& reader, bool& found) {
    if (reader.peek() == '[') return reader.array([&] { return look_for_jwk(reader, found); });
    if (reader.peek() != '{') return reader.skip();
    return reader.object([&](std::string_view name) {
        found = found || name == "kty" || name == "keys";
        return reader.skip();
    });
}

/// Whether a text is a JWK or a JWK Set, even one that the strict reader would refuse, or one within other text.
[[nodiscard]] inline bool is_jwk_text(std::string_view text) {
    for (const std::string_view name : {R"("kty")", R"("kty\")"}) {
        if (text.find(name) != std::string_view::npos) return true;
    }
    const std::string_view trimmed = trim_front(text);
    if (!trimmed.starts_with('{') && !trimmed.starts_with('[')) return false;
    SecretBytes padded{trimmed.size() + json_padding};
    trimmed.copy(reinterpret_cast<char*>(padded.data()), trimmed.size());
    JsonReader reader{as_text(padded.view()).substr(0, trimmed.size()), {.allow_duplicate_members = true}};
    bool found = false;
    return look_for_jwk(reader, found) && reader.at_end() && found;
}

/// Whether a text is an RSA key in XML, as .NET's `ToXmlString` writes it. XML Signature §4.5.2.2
[[nodiscard]] inline bool is_xml_key(std::string_view text) {
    return text.find("<RSAKeyValue>") != std::string_view::npos || text.find("<Modulus>") != std::string_view::npos;
}

/// Whether the length of an ASN.1 element covers exactly these bytes. OpenSSL's readers take a millisecond to refuse
/// anything else, and one random secret in 256 begins like a SEQUENCE. Unlike DER, BER may write a length with leading
/// zeros, or end an element with two zero bytes instead. X.690 §8.1.3
[[nodiscard]] inline bool fills_its_length(ByteView bytes) noexcept {
    if (bytes.size() < 2) return false;
    if (bytes[1] < 0x80) return bytes.size() - 2 == bytes[1];
    const std::size_t digits = bytes[1] - std::size_t{0x80};
    if (digits == 0) return bytes.size() >= 4 && bytes[bytes.size() - 1] == 0 && bytes[bytes.size() - 2] == 0;
    if (digits > 8 || bytes.size() < 2 + digits) return false;
    std::size_t size = 0;
    for (const unsigned char digit : bytes.subspan(2, digits)) {
        if (size > bytes.size()) return false;
        size = size << 8 | digit;
    }
    return bytes.size() - 2 - digits == size;
}

/// Whether the bytes as a whole are a key or a certificate in DER: public, private, encrypted, of any algorithm.
[[nodiscard]] inline bool is_der_key(ByteView der) {
    constexpr std::size_t longest = 1024 * 1024;
    if (der.empty() || der.size() > longest || der.front() != der_sequence || !fills_its_length(der)) return false;
    if (form_of(der) != KeyForm::unknown || is_pkcs12(der)) return true;  // also if OpenSSL has no memory to say so
    return read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_PUBKEY(nullptr, at, size); }) ||
           read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_AutoPrivateKey(nullptr, at, size); }) ||
           read_whole<Certificate>(der, [](auto at, long size) { return d2i_X509(nullptr, at, size); }) ||
           read_whole<EncryptedPkcs8>(der, [](auto at, long size) { return d2i_X509_SIG(nullptr, at, size); }) ||
           read_whole<KeyHandle>(der,
                                 [](auto at, long size) { return d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size); });
}

/// One element of DER without surrounding white space and zero bytes, such as an editor's line feed and the end of a C
/// string; other bytes unchanged.
[[nodiscard]] inline ByteView trim_der(ByteView bytes) {
    constexpr std::string_view padding{" \t\r\n\v\f\0", 7};
    const std::string_view text = trim_front(as_text(bytes));
    const ByteView der = as_bytes(text.substr((std::min)(text.find_first_not_of(padding), text.size())));
    ByteView behind = der;
    if (!take_der(behind) || as_text(behind).find_first_not_of(padding) != std::string_view::npos) return bytes;
    return der.first(der.size() - behind.size());
}

/// Whether bytes are a key document, without decoding.
[[nodiscard]] inline bool is_bare_key_document(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    return holds_pem(text) || is_ssh_key(text) || is_jwk_text(text) || is_xml_key(text) || is_der_key(trim_der(bytes));
}

/// Whether bytes are a key document, or one that is encoded up to `depth` times.
[[nodiscard]] inline bool is_encoded_key_document(ByteView bytes, int depth) {
    if (is_bare_key_document(bytes)) return true;
    if (depth == 0) return false;
    const auto is_key = [&](const std::optional<SecretBytes>& decoded) {
        return decoded && is_encoded_key_document(decoded->view(), depth - 1);
    };
    const std::string_view text = without_wrapping(as_text(bytes));
    return is_key(decode_base64_text(text)) || is_key(decode_hex_text(text)) || is_key(decode_ascii_utf16(bytes)) ||
           is_key(decode_ascii_utf32(bytes)) || is_key(decode_percent_text(text));
}

/// Whether bytes are a key document of any kind: PEM, DER, JWK, SSH, XML, PKCS#12; or one in base64, hexadecimal,
/// UTF-16 or percent-encoding, as in environment variables and files. Key documents are often public: if one is used as
/// an HMAC secret, anybody can sign. RFC 8725 §2.1
[[nodiscard]] inline bool is_key_document(ByteView bytes) {
    constexpr int most_encodings = 3;
    return is_encoded_key_document(bytes, most_encodings);
}

/// Whether `secret` may be a secret for HMAC with `hash`. `key_too_short`, `invalid_key`.
[[nodiscard]] inline Result<void> check_secret(Hash hash, ByteView secret, bool may_be_short) {
    if (secret.empty()) return short_key("an empty secret");
    if (is_key_document(secret)) return bad_key("a key document in place of a secret");
    if (may_be_short || secret.size() >= hash_size(hash)) return {};
    return short_key("a secret shorter than the hash");
}

}  // namespace credence::detail
