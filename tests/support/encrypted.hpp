// SPDX-License-Identifier: MIT
// Encrypted tokens that the library would not write: with any header, and with changed parts.
#pragma once

#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/detail/jwe_token.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace support {

/// The five parts of an encrypted token, still encoded.
using EncryptedParts = std::array<std::string, 5>;

/// A token with any header. Its content is encrypted with this key, and so authentic.
inline std::string encrypted(std::string_view header, std::string_view content_key,
                             credence::ContentAlgorithm content = credence::A256GCM,
                             std::string_view plaintext = "secret", std::string_view encrypted_key = {}) {
    namespace detail = credence::detail;
    detail::SealedKey key{.content_key = detail::SecretBytes{detail::as_bytes(content_key)},
                          .encrypted_key = std::string{encrypted_key}};
    return detail::finish_jwe(detail::encode_base64url(header), key, content, detail::as_bytes(plaintext));
}

inline EncryptedParts parts_of(std::string_view token) {
    const auto parts = credence::detail::split_jwe(token).value();
    return {std::string{parts.header}, std::string{parts.encrypted_key}, std::string{parts.iv},
            std::string{parts.ciphertext}, std::string{parts.tag}};
}

inline std::string joined(const EncryptedParts& parts) {
    return parts[0] + '.' + parts[1] + '.' + parts[2] + '.' + parts[3] + '.' + parts[4];
}

/// The token with one part changed: `change(bytes)` gets the decoded part.
template <class Change>
std::string with_part(std::string_view token, std::size_t part, Change change) {
    EncryptedParts parts = parts_of(token);
    std::string bytes = credence::detail::decode_base64url(parts.at(part)).value();
    change(bytes);
    parts.at(part) = credence::detail::encode_base64url(bytes);
    return joined(parts);
}

}  // namespace support
