// SPDX-License-Identifier: MIT
// The half that encrypts cannot decrypt.
// expect: a token is decrypted with a DecryptionKey
#include <credence/jwe/decrypt.hpp>

#include <string_view>

using Pair = credence::EncryptionKeys<credence::ECDH_ES>;

#ifdef CREDENCE_MUST_FAIL
auto open(std::string_view token, const Pair& keys) { return credence::decrypt(token, keys.encryption); }
#else
auto open(std::string_view token, const Pair& keys) { return credence::decrypt(token, keys.decryption); }
#endif
