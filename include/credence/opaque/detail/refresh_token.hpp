// SPDX-License-Identifier: MIT
// The texts of refresh tokens: random ones, their hashes, and a successor that only its predecessor can reveal.
#pragma once

#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/hmac.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// `size` random bytes, as base64url. Nullopt if the system has no randomness.
template <std::size_t size>
[[nodiscard]] std::optional<std::string> random_text() {
    const ErrorQueueGuard guard;
    std::array<unsigned char, size> bytes;
    const WipeAtExit wipe{bytes};
    if (!fill_random(bytes)) return std::nullopt;
    return encode_base64url(as_text(bytes));
}

/// Whether a text has the form of `random_text`.
template <std::size_t size>
[[nodiscard]] bool is_random_text(std::string_view text) {
    return text.size() == base64url_encoded_size(size) && decode_base64url(text).has_value();
}

/// The name of a token in a store. A token is 256 random bits, so it needs no salt, and cannot be guessed.
[[nodiscard]] inline std::string hash_of_token(std::string_view token) {
    const ErrorQueueGuard guard;
    return hash_bytes(Hash::sha256, as_bytes(token));
}

/// `bytes` XOR a pad that only the holder of `token` can compute; a second call restores them. Empty if OpenSSL fails.
[[nodiscard]] inline std::string sealed_by(std::string_view token, std::string bytes) {
    const ErrorQueueGuard guard;
    const auto key = HmacKey::make(Hash::sha256, SecretBytes{as_bytes(token)});
    std::array<unsigned char, longest_hash> pad{};
    const WipeAtExit wipe{pad};
    if (!key || bytes.size() != key->signature_size() || !key->sign("credence refresh successor", pad.data()))
        return {};
    for (std::size_t at = 0; at < bytes.size(); ++at)
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(pad[at]));
    return bytes;
}

/// The successor as stored in a used token's record. Each token seals at most one successor: the pad is used once.
[[nodiscard]] inline std::string seal_successor(std::string_view token, std::string_view successor) {
    return sealed_by(token, decode_base64url(successor).value_or(std::string{}));
}

/// The successor's text.
[[nodiscard]] inline std::string open_successor(std::string_view token, std::string_view sealed) {
    return encode_base64url(sealed_by(token, std::string{sealed}));
}

}  // namespace credence::detail
