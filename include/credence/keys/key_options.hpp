// SPDX-License-Identifier: MIT
// How a key may be read: a secret that is short, a passphrase; and the sentences for a way that its algorithm has not.
#pragma once

#include <credence/bytes.hpp>
#include <credence/keys/algorithm.hpp>

namespace credence {

/// Says, where it is written, that a secret may be shorter than the hash. See `allow_short_secret`.
struct AllowShortSecret {
    explicit AllowShortSecret() = default;
};

/// Lets `from_secret` take a secret that is shorter than RFC 7518 §3.2 allows. Anybody who has one token can search for
/// such a secret offline. An empty secret stays refused, and so does a key in a secret's place: PEM, JWK, SSH, DER or
/// PKCS#12, also in base64, hexadecimal, UTF-16 or percent-encoding.
inline constexpr AllowShortSecret allow_short_secret{};

/// How to read a private key, or to write an encrypted one. For one call: the passphrase is borrowed, not kept.
struct KeyOptions {
    /// For a key that is encrypted; otherwise it is not looked at. Nobody is ever asked for one on a terminal.
    Bytes passphrase = {};
};

namespace detail {

/// The sentence for `Keys<RS256>::from_secret` and its like. A `requires` alone would only say that nothing fits.
template <class Alg>
constexpr void say_that_only_hmac_has_a_secret() {
    constexpr bool algorithm_has_a_secret = SharedSecretAlgorithm<Alg>;
    static_assert(
        algorithm_has_a_secret,
        "credence: from_secret is for HS256, HS384 and HS512; a key of this algorithm comes from_pem, from_der or "
        "from_jwk, or is made by Keys<Alg>::generate()");
}

/// The sentence for `Keys<HS256>::from_pem` and its like.
template <class Alg>
constexpr void say_that_hmac_has_no_key_file() {
    constexpr bool algorithm_has_a_key_pair = PublicKeyAlgorithm<Alg>;
    static_assert(algorithm_has_a_key_pair,
                  "credence: HS256, HS384 and HS512 have a shared secret and no key file; use from_secret or from_jwk");
}

}  // namespace detail

}  // namespace credence
