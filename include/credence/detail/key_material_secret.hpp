// SPDX-License-Identifier: MIT
// What may be an HMAC secret: bytes that are long enough, and that are not somebody's public key. RFC 7518 §3.2
#pragma once

#include <credence/algorithm.hpp>
#include <credence/detail/base64url.hpp>
#include <credence/detail/json_reader.hpp>
#include <credence/detail/key_material_form.hpp>
#include <credence/detail/openssl.hpp>
#include <credence/detail/secret.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace credence::detail {

/// Whether a text holds the begin line of a PEM block, or of an SSH public key by RFC 4716, wherever it stands.
[[nodiscard]] inline bool holds_pem(std::string_view text) {
    return text.find("-----BEGIN ") != std::string_view::npos || text.find("---- BEGIN ") != std::string_view::npos;
}

/// A text without the white space and the byte order mark that it starts with.
[[nodiscard]] inline std::string_view trim_front(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto first = text.find_first_not_of(" \t\r\n\v\f");
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
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

/// Reads a value; `found` is set when it is an object that has `kty` or `keys`, or an array with such an object in it.
[[nodiscard]] inline bool look_for_jwk(JsonReader& reader, bool& found) {
    if (reader.peek() == '[') return reader.array([&] { return look_for_jwk(reader, found); });
    if (reader.peek() != '{') return reader.skip();
    return reader.object([&](std::string_view name) {
        found = found || name == "kty" || name == "keys";
        return reader.skip();
    });
}

/// Whether a text is a JWK or a JWK Set, also one that the strict reader would not take, or one within other text.
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

/// Whether bytes as a whole are a key or a certificate in DER: public, private, encrypted, of any algorithm.
[[nodiscard]] inline bool is_der_key(ByteView der) {
    constexpr std::size_t longest = 1024 * 1024;
    if (der.empty() || der.size() > longest || der.front() != 0x30) return false;
    if (form_of(der) != KeyForm::unknown) return true;  // also when OpenSSL has no memory to say so
    return read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_PUBKEY(nullptr, at, size); }) ||
           read_whole<KeyHandle>(der, [](auto at, long size) { return d2i_AutoPrivateKey(nullptr, at, size); }) ||
           read_whole<Certificate>(der, [](auto at, long size) { return d2i_X509(nullptr, at, size); }) ||
           read_whole<EncryptedPkcs8>(der, [](auto at, long size) { return d2i_X509_SIG(nullptr, at, size); }) ||
           read_whole<KeyHandle>(der,
                                 [](auto at, long size) { return d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size); });
}

/// One element of DER without the white space around it, such as the line feed that an editor or a shell adds; other
/// bytes as they are.
[[nodiscard]] inline ByteView trim_der(ByteView bytes) {
    const ByteView der = as_bytes(trim_front(as_text(bytes)));
    ByteView behind = der;
    if (!take_der(behind) || !trim_front(as_text(behind)).empty()) return bytes;
    return der.first(der.size() - behind.size());
}

/// Whether bytes are a key document as they stand.
[[nodiscard]] inline bool is_bare_key_document(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    return holds_pem(text) || is_ssh_key(text) || is_jwk_text(text) || is_der_key(trim_der(bytes));
}

/// What a text says in base64 of either alphabet, in one line or several, padded or not; nothing when it is no base64.
[[nodiscard]] inline std::optional<SecretBytes> decode_any_base64(std::string_view text) {
    SecretBytes digits{text.size()};
    std::size_t count = 0;
    for (const char character : trim_front(text)) {
        if (std::string_view{" \t\r\n\v\f="}.find(character) != std::string_view::npos) continue;
        const char digit = character == '+' ? '-' : character == '/' ? '_' : character;
        digits.data()[count++] = static_cast<unsigned char>(digit);
    }
    digits.shrink(count);
    SecretBytes bytes{base64url_decoded_size(count) + base64url_slack};
    if (!decode_base64url(as_text(digits.view()), reinterpret_cast<char*>(bytes.data()))) return std::nullopt;
    bytes.shrink(base64url_decoded_size(count));
    return bytes;
}

/// Whether bytes are a key document of any kind, or its base64, in which DER is published without PEM's two lines, and
/// PEM and JWKs lie in environment variables. Such a thing is mostly public: whoever verifies HMAC with it lets
/// everybody sign. RFC 8725 §2.1
[[nodiscard]] inline bool is_key_document(ByteView bytes) {
    if (is_bare_key_document(bytes)) return true;
    const auto decoded = decode_any_base64(as_text(bytes));
    return decoded && is_bare_key_document(decoded->view());
}

/// Whether `secret` may be a secret for HMAC with `hash`. `key_too_short`, `invalid_key`.
[[nodiscard]] inline KeyResult<void> check_secret(Hash hash, ByteView secret, bool may_be_short) {
    if (secret.empty()) return KeyFault{Errc::key_too_short, "an empty secret"};
    if (is_key_document(secret)) return bad_key("a key document in the place of a secret");
    if (may_be_short || secret.size() >= hash_size(hash)) return {};
    return KeyFault{Errc::key_too_short, "a secret shorter than the hash"};
}

}  // namespace credence::detail
