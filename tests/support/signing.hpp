// SPDX-License-Identifier: MIT
// Signatures as strings, for tests of keys.
#pragma once

#include <credence/keys/keys.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

namespace support {

/// The signature of `input` by any key that signs.
template <class Key>
std::string sign(const Key& key, std::string_view input) {
    std::string signature(credence::detail::KeyAccess::prepared(key).signature_size(), '\0');
    REQUIRE(credence::detail::KeyAccess::prepared(key).sign(input, reinterpret_cast<unsigned char*>(signature.data())));
    return signature;
}

/// Whether a key accepts a signature of `input`.
template <class Key>
bool verifies(const Key& key, std::string_view input, std::string_view signature) {
    return credence::detail::KeyAccess::prepared(key).verify(input, credence::detail::as_bytes(signature));
}

/// Keys of an algorithm, generated once in a program.
template <credence::Algorithm Alg>
const credence::Keys<Alg>& keys_of() {
    static const auto keys = credence::Keys<Alg>::generate().value();
    return keys;
}

}  // namespace support
