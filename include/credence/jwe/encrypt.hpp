// SPDX-License-Identifier: MIT
// encrypt: bytes, claims or a signed token, as an encrypted token in compact form. RFC 7516 §5.1
#pragma once

#include <credence/bytes.hpp>
#include <credence/claims/claims.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/result.hpp>
#include <credence/claims/detail/claims_writer.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/json/json_words.hpp>
#include <credence/detail/json/json_writer.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/jwe/detail/jwe_token.hpp>
#include <credence/jwe/detail/wiped_text.hpp>
#include <credence/jwt/detail/jose_header.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace credence {

/// Options for encrypting a token: the content algorithm, and members of the header besides `alg` and `enc`.
struct EncryptOptions {
    ContentAlgorithm content = A256GCM;  ///< `enc`
    std::string kid = {};                ///< `kid`; empty: the key's own, if it has one
    std::string type = {};               ///< `typ`; empty: left out
    std::string content_type = {};       ///< `cty`; `"JWT"` if a signed token is encrypted; empty: left out
    std::string producer = {};           ///< `apu`, as bytes; only ECDH-ES uses it. RFC 7518 §4.6.1.2
    std::string recipient = {};          ///< `apv`, as bytes. RFC 7518 §4.6.1.3
};

namespace detail {

/// The header of a token, without the members of its key management.
[[nodiscard]] inline Result<std::string> jwe_header_text(std::string_view alg, const EncryptOptions& options,
                                                         std::string_view kid) {
    std::string text;
    JsonWriter writer{text};
    writer.open('{');
    bool written =
        writer.name("alg") && writer.string(alg) && writer.name("enc") && writer.string(to_string(options.content));
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) written = written && writer.name(name) && writer.string(value);
    };
    add("kid", kid);
    add("typ", options.type);
    add("cty", options.content_type);
    add("apu", encode_base64url(options.producer));
    add("apv", encode_base64url(options.recipient));
    writer.close('}');
    if (!written) return Error{Errc::invalid_json, {}, "a member of the header is not UTF-8"};
    const std::string segment = encode_base64url(text);
    if (count_of(text, '\\') > most_escapes_in_header(segment.size())) {
        if (auto read = read_jwe_header(segment); !read) return std::move(read).error();  // as `decrypt` would
    }
    return text;
}

template <class Key>
inline constexpr bool is_key_to_encrypt_with = false;
template <class Alg>
inline constexpr bool is_key_to_encrypt_with<EncryptionKey<Alg>> = true;
template <class Alg>
inline constexpr bool is_key_to_encrypt_with<EncryptionKeys<Alg>> = true;

/// Implements `encrypt` for bytes.
[[nodiscard]] inline Result<std::string> encrypt_bytes(ByteView bytes, const ManagementKey& key,
                                                       const std::string& kid_of_key, const EncryptOptions& options) {
    auto header = jwe_header_text(key.alg, options, options.kid.empty() ? kid_of_key : options.kid);
    if (!header) return std::move(header).error();
    return seal_jwe(key, options.content, *std::move(header), {options.producer, options.recipient}, bytes);
}

/// A claims type. Text and bytes are not; a JSON value, which also converts to text, is.
template <class Claims>
concept EncryptableClaims =
    std::same_as<Claims, nlohmann::json> || (!std::convertible_to<const Claims&, Bytes> && is_claims_type<Claims>);

}  // namespace detail

/// Encrypts bytes to a compact token. Anybody who has a recipient's public key can do so: encryption alone proves
/// nothing about the sender. To encrypt a signed token, set `.content_type = "JWT"`.
///
/// \param bytes    the plaintext, at most 1 GiB.
/// \param key      an `EncryptionKey`, or the `EncryptionKeys` that hold it.
/// \param options  the content algorithm, and members of the header.
/// \return the token; `invalid_key` or `key_too_short` if a `dir` key is not as long as the content algorithm demands;
///         `invalid_json` if a member is not UTF-8; `malformed_token` if the header has more escapes than `decrypt`
///         reads; `token_too_large`; `invalid_key` if OpenSSL cannot encrypt.
template <KeyManagementAlgorithm Alg>
[[nodiscard]] Result<std::string> encrypt(Bytes bytes, const EncryptionKey<Alg>& key,
                                          const EncryptOptions& options = {}) {
    return detail::encrypt_bytes(bytes.bytes(), detail::KeyAccess::prepared(key), key.kid(), options);
}
/// The same with a pair, using its encrypting half.
template <KeyManagementAlgorithm Alg>
[[nodiscard]] Result<std::string> encrypt(Bytes bytes, const EncryptionKeys<Alg>& keys,
                                          const EncryptOptions& options = {}) {
    return credence::encrypt(bytes, keys.encryption, options);
}

/// Encrypts claims of any claims type, as JSON. They are not signed; for tokens that prove something, see
/// `NestedVerifier`.
///
/// \return the token; the codes of `encrypt` for bytes, and those of `encode` for the claims.
template <class Claims, KeyManagementAlgorithm Alg>
    requires detail::EncryptableClaims<Claims>
[[nodiscard]] Result<std::string> encrypt(const Claims& claims, const EncryptionKey<Alg>& key,
                                          const EncryptOptions& options = {}) {
    detail::WipedText payload;
    if (auto written = detail::write_claims(payload.text, claims); !written) return std::move(written).error();
    return credence::encrypt(payload.text, key, options);
}
template <class Claims, KeyManagementAlgorithm Alg>
    requires detail::EncryptableClaims<Claims>
[[nodiscard]] Result<std::string> encrypt(const Claims& claims, const EncryptionKeys<Alg>& keys,
                                          const EncryptOptions& options = {}) {
    return credence::encrypt(claims, keys.encryption, options);
}

template <class Content, class Key>
    requires(!detail::is_key_to_encrypt_with<Key>)
Result<std::string> encrypt(const Content&, const Key&, const EncryptOptions& = {}) {
    constexpr bool key_can_encrypt = sizeof(Content) == 0;
    static_assert(
        key_can_encrypt,
        "credence: a token is encrypted with an EncryptionKey, or the EncryptionKeys that hold both halves; a "
        "key for signing or a DecryptionKey cannot; take the value() of a Result");
    return Errc::invalid_key;
}

}  // namespace credence
