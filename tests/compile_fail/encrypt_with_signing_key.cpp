// SPDX-License-Identifier: MIT
// A key for signing is no key for encryption.
// expect: a token is encrypted with an EncryptionKey
#include <credence/jwe/encrypt.hpp>
#include <credence/keys/keys.hpp>

#include <string>

#ifdef CREDENCE_MUST_FAIL
auto seal(const std::string& text, const credence::Keys<credence::HS256>& keys) {
    return credence::encrypt(text, keys);
}
#else
auto seal(const std::string& text, const credence::EncryptionKeys<credence::A256KW>& keys) {
    return credence::encrypt(text, keys);
}
#endif
