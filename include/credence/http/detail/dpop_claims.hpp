// SPDX-License-Identifier: MIT
// The claims of a DPoP proof, and how a client makes them. RFC 9449 §4.2
#pragma once

#include <credence/bytes.hpp>
#include <credence/clock.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/error_queue.hpp>
#include <credence/detail/openssl/random_bytes.hpp>

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// The claims of a proof. RFC 9449 §4.2
struct DpopClaims {
    std::string jti;
    std::string htm;
    std::string htu;
    NumericDate iat;
    std::optional<std::string> ath = {};
    std::optional<std::string> nonce = {};
};

/// SHA-256 of a text, in base64url; empty if OpenSSL fails.
[[nodiscard]] inline std::string sha256_text(std::string_view text) {
    const ErrorQueueGuard guard;
    const std::string hash = hash_bytes(Hash::sha256, as_bytes(text));
    return hash.empty() ? hash : encode_base64url(hash);
}

/// A key that can sign proofs.
template <class Key>
concept CanProve =
    requires { typename Key::algorithm; } && PublicKeyAlgorithm<typename Key::algorithm> &&
    (std::same_as<Key, EncodingKey<typename Key::algorithm>> || std::same_as<Key, Keys<typename Key::algorithm>>);

/// The request that a proof is for, and the proof's other contents.
struct ProvenRequest {
    std::string_view method;
    std::string_view url;
    std::string_view access_token;
    std::string_view nonce;
};

/// Claims with a random `jti` of 192 bits. `invalid_key` if there is no randomness, or no hash.
[[nodiscard]] inline Result<DpopClaims> new_dpop_claims(const ProvenRequest& request, NumericDate moment) {
    const ErrorQueueGuard guard;
    std::array<unsigned char, 24> random{};
    if (!fill_random(random)) return Error{Errc::invalid_key, {}, no_randomness};
    DpopClaims claims{.jti = encode_base64url(as_text(random)),
                      .htm = std::string{request.method},
                      .htu = std::string{request.url.substr(0, request.url.find_first_of("?#"))},
                      .iat = moment};
    if (!request.nonce.empty()) claims.nonce = std::string{request.nonce};
    if (request.access_token.empty()) return claims;
    claims.ath = sha256_text(request.access_token);
    if (claims.ath->empty()) return Error{Errc::invalid_key, {}, "a hash that OpenSSL does not have"};
    return claims;
}

}  // namespace credence::detail
