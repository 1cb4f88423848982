// SPDX-License-Identifier: MIT
// From bytes to an encrypted token, and back. RFC 7516 §5.1, §5.2
#pragma once

#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/running.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/content_cipher.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/jwe/detail/management_key.hpp>
#include <credence/jwt/detail/compact.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// Writes the parts after the header. \return the token; empty if OpenSSL fails.
[[nodiscard]] inline std::string finish_jwe(std::string token, const SealedKey& key, ContentAlgorithm content,
                                            ByteView plaintext) {
    const ContentSuite suite = content_suite(content);
    const std::string aad = token;
    std::array<unsigned char, 16> iv_room;
    std::array<unsigned char, 32> tag_room;
    const ByteView iv = ByteView{iv_room}.first(suite.iv_size);
    std::string ciphertext(suite.ciphertext_size(plaintext.size()), '\0');
    const ContentRoom room{reinterpret_cast<unsigned char*>(ciphertext.data()), tag_room.data()};
    if (!fill_random(iv_room) || !seal_content(content, key.content_key.view(), iv, as_bytes(aad), plaintext, room)) {
        return {};
    }
    const std::array<std::string_view, 4> parts{key.encrypted_key, as_text(iv), ciphertext,
                                                as_text(ByteView{tag_room}.first(suite.tag_size))};
    std::size_t size = token.size();
    for (const std::string_view part : parts) size += 1 + base64url_encoded_size(part.size());
    std::size_t at = token.size();
    token.resize(size, '.');
    for (const std::string_view part : parts) {
        encode_base64url(part, token.data() + at + 1);
        at += 1 + base64url_encoded_size(part.size());
    }
    return token;
}

/// Encrypts bytes. \param header  a JSON object that has `alg` and `enc` and ends with its brace; `epk`, `iv` and `tag`
/// are added. \return the token; `invalid_key`, `key_too_short`, `token_too_large`.
[[nodiscard]] inline Result<std::string> seal_jwe(const ManagementKey& key, ContentAlgorithm content,
                                                  std::string header, const AgreementParties& parties,
                                                  ByteView plaintext) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const ErrorQueueGuard guard;
    if (auto checked = check_content(key, content); !checked) return std::move(checked).error();
    if (plaintext.size() > longest_plaintext || header.size() > longest_plaintext) {
        return Error{Errc::token_too_large, {}, "more than 1 GiB to encrypt"};
    }
    SealedKey sealed;
    if (!seal_content_key(key, content, parties, sealed)) return bad_key("OpenSSL cannot encrypt with this key");
    header.insert(header.size() - 1, sealed.members);
    std::string token = finish_jwe(encode_base64url(header), sealed, content, plaintext);
    if (token.empty()) return bad_key("OpenSSL cannot encrypt with this key");
    return token;
}

/// The reason if a header lacks a member that its algorithm needs; else empty.
[[nodiscard]] inline std::string_view why_incomplete(KeyManagement management, const JweHeader& header) noexcept {
    if (management == KeyManagement::agreement && !header.has_epk) return "the header has no epk";
    if (management != KeyManagement::gcm_wrap) return {};
    if (!header.has_iv) return "the header has no iv";
    return header.has_tag ? std::string_view{} : "the header has no tag";
}

/// The decoded parts of a token after its header.
class JweBody {
public:
    /// \return whether all of them are strict base64url.
    [[nodiscard]] bool decode(const JweParts& parts) {
        return encrypted_key_.decode(parts.encrypted_key) && iv_.decode(parts.iv) &&
               ciphertext_.decode(parts.ciphertext) && tag_.decode(parts.tag);
    }
    [[nodiscard]] ByteView encrypted_key() const noexcept { return as_bytes(encrypted_key_.bytes()); }
    /// The content. The tag also authenticates the header.
    [[nodiscard]] SealedContent content(std::string_view header) const noexcept {
        return {.iv = as_bytes(iv_.bytes()),
                .ciphertext = as_bytes(ciphertext_.bytes()),
                .tag = as_bytes(tag_.bytes()),
                .aad = as_bytes(header)};
    }

private:
    DecodedPart encrypted_key_;
    DecodedPart iv_;
    DecodedPart ciphertext_;
    DecodedPart tag_;
};

/// The error for a part that is not base64url.
[[nodiscard]] inline Error error_of_parts(const JweParts& parts) {
    for (const std::string_view part : {parts.encrypted_key, parts.iv, parts.ciphertext, parts.tag}) {
        if (DecodedPart decoded; !decoded.decode(part)) {
            return {Errc::invalid_base64, {}, why_bad_jwe_part(part)};
        }
    }
    return {Errc::invalid_base64};
}

/// Decrypts a token whose header was accepted. `invalid_key`, `key_too_short`, `malformed_token`, `invalid_base64`; and
/// `decryption_failed` for everything that depends on the key: one code, without a reason. RFC 7516 §11.5
[[nodiscard]] inline Result<SecretBytes> open_jwe(const ManagementKey& key, const JweToken& token) {
    if (!openssl_is_running()) return bad_key(openssl_has_ended);
    const ErrorQueueGuard guard;
    if (auto checked = check_content(key, token.content); !checked) return std::move(checked).error();
    if (const auto reason = why_incomplete(key.scheme.management, token.header); !reason.empty()) {
        return Error{Errc::malformed_token, {}, reason};
    }
    JweBody body;
    if (!body.decode(token.parts)) return error_of_parts(token.parts);
    SecretBytes content_key;
    SecretBytes plaintext;
    if (!open_content_key(key, token, body.encrypted_key(), content_key) ||
        !open_content(token.content, content_key.view(), body.content(token.parts.header), plaintext)) {
        return Errc::decryption_failed;
    }
    return Result<SecretBytes>{std::move(plaintext)};
}

}  // namespace credence::detail
