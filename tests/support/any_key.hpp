// SPDX-License-Identifier: MIT
// Runs a function for each algorithm, and checks any accepted key: its public text is read again as the same key, and
// it verifies what it has signed.
#pragma once

#include <credence/keys/algorithm.hpp>
#include <credence/keys/key_export.hpp>
#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <type_traits>
#include <vector>

#include "support/fuzzing.hpp"

namespace support {

template <credence::Algorithm... Algs>
struct AlgorithmList {
    template <class Action>
    static void for_each(Action&& action) {
        (action(std::type_identity<Algs>{}), ...);
    }
};

/// One algorithm of each kind of key that the library tells apart.
using PublicKeyAlgorithms = AlgorithmList<credence::RS256, credence::PS512, credence::ES256, credence::ES384,
                                          credence::ES512, credence::ES256K, credence::EdDSA, credence::Ed448>;
using KeyAlgorithms =
    AlgorithmList<credence::HS256, credence::HS512, credence::RS256, credence::PS512, credence::ES256, credence::ES384,
                  credence::ES512, credence::ES256K, credence::EdDSA, credence::Ed448>;

template <credence::Algorithm Alg>
void demand_good_key(const credence::DecodingKey<Alg>& key) {
    const auto thumbprint = credence::thumbprint(key);
    demand(thumbprint && thumbprint->size() == 43, "a key has a thumbprint");
    if constexpr (credence::PublicKeyAlgorithm<Alg>) {
        const auto jwk = credence::to_jwk(key);
        const auto pem = credence::to_pem(key);
        demand(jwk && pem, "a public key has a text");
        const auto from_jwk = credence::DecodingKey<Alg>::from_jwk(*jwk);
        const auto from_pem = credence::DecodingKey<Alg>::from_pem(*pem);
        demand(from_jwk && from_pem, "the text is a key");
        demand(credence::thumbprint(*from_jwk).value() == *thumbprint, "the JWK gives the same key");
        demand(credence::thumbprint(*from_pem).value() == *thumbprint, "the PEM gives the same key");
    }
}

template <credence::Algorithm Alg>
void demand_good_key(const credence::EncodingKey<Alg>& key) {
    const auto decoding = key.decoding();
    demand_good_key(decoding);
    std::vector<unsigned char> signature(credence::detail::KeyAccess::prepared(key).signature_size());
    demand(credence::detail::KeyAccess::prepared(key).sign("a message", signature.data()), "an accepted key signs");
    demand(credence::detail::KeyAccess::prepared(decoding).verify("a message", signature),
           "an accepted key verifies its own signature");
    demand(!credence::detail::KeyAccess::prepared(decoding).verify("another message", signature),
           "an accepted key refuses a signature of another message");
}

}  // namespace support
