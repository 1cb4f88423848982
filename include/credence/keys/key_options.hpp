// SPDX-License-Identifier: MIT
// Options for reading a key, and the compile errors for formats that an algorithm does not have.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>

namespace credence {

/// The type of `allow_short_secret`.
struct AllowShortSecret {
    explicit AllowShortSecret() = default;
};

/// Lets `from_secret` take a secret that is shorter than RFC 7518 §3.2 allows. Anybody who has one token can search for
/// such a secret offline. An empty secret stays refused, and so does a key document: PEM, JWK, SSH, DER or PKCS#12,
/// also in base64, hexadecimal, UTF-16 or percent-encoding.
inline constexpr AllowShortSecret allow_short_secret{};

/// How to read a private key, or to write an encrypted one. For one call: the passphrase is borrowed, not kept.
struct KeyOptions {
    /// For an encrypted key; otherwise ignored. The library never asks for one on a terminal.
    Bytes passphrase = {};
};

namespace detail {

/// The compile error for `Keys<RS256>::from_secret` and the like.
template <class Alg>
constexpr void say_that_only_hmac_has_a_secret() {
    constexpr bool algorithm_has_a_secret = SharedSecretAlgorithm<Alg>;
    static_assert(
        algorithm_has_a_secret,
        "credence: from_secret is for HS256, HS384 and HS512; a key of this algorithm comes from_pem, from_der or "
        "from_jwk, or is made by Keys<Alg>::generate()");
}

/// The compile error for `Keys<HS256>::from_pem` and the like.
template <class Alg>
constexpr void say_that_hmac_has_no_key_file() {
    constexpr bool algorithm_has_a_key_pair = PublicKeyAlgorithm<Alg>;
    static_assert(algorithm_has_a_key_pair,
                  "credence: HS256, HS384 and HS512 have a shared secret and no key file; use from_secret or from_jwk");
}

}  // namespace detail

}  // namespace credence
