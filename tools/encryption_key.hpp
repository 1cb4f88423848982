// SPDX-License-Identifier: MIT
// An encryption key in any of the accepted forms, prepared for one algorithm.
#pragma once

#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/jwe/detail/management_key.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "key_file.hpp"
#include "key_text.hpp"

namespace credence::command {

/// The names of all key management algorithms, and of all content algorithms.
[[nodiscard]] std::vector<std::string> management_names();
[[nodiscard]] std::vector<std::string> content_names();

/// The algorithms to use a key with: the requested ones, or the one that a JWK names. Throws `Failure` for an unknown
/// name, and if no algorithm is named.
[[nodiscard]] std::vector<std::string> management_algorithms(const LoadedKey& key,
                                                             const std::vector<std::string>& wanted);

/// The content algorithms of a list of names. Throws `Failure` for a name that is none.
[[nodiscard]] ContentAlgorithms demand_contents(const std::vector<std::string>& names);

/// A key that can encrypt, and its key id.
struct Recipient {
    detail::SharedManagementKey key;
    std::string kid;
};

/// Makes the key for one algorithm. `unsupported_algorithm`, `invalid_key`, `key_too_short`.
[[nodiscard]] Result<Recipient> recipient_key(const KeyText& key, std::string_view alg);

/// A source of keys to decrypt with, which takes any mixture of algorithms: only when a token has named one of them is
/// the key made, and checked, for that one.
class LazyDecryptionKey {
public:
    LazyDecryptionKey(KeyText key, std::vector<std::string> algorithms);

    [[nodiscard]] bool accepts(std::string_view alg) const noexcept;
    [[nodiscard]] Result<AnyDecryptionKey> find(const KeyQuery& query, ContentAlgorithm content) const;

private:
    KeyText key_;
    std::vector<std::string> algorithms_;
};

/// Throws `Failure` if a key can decrypt with none of the algorithms; then no token need be read.
void demand_key_to_decrypt(const LoadedKey& key, const std::vector<std::string>& algorithms);

}  // namespace credence::command
