// SPDX-License-Identifier: MIT
// decrypt: the plaintext of an encrypted token. It proves nothing about who encrypted it. RFC 7516 §5.2
#pragma once

#include <credence/bytes.hpp>
#include <credence/jwe/decryption_source.hpp>
#include <credence/jwe/encryption_algorithm.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/jwe/detail/jwe_token.hpp>
#include <credence/jwt/detail/token_form.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The members of a decrypted token's header that an application reads. RFC 7516 §4.1
struct EncryptionHeader {
    std::string alg;  ///< The key management algorithm; it equals the key's.
    std::string enc;  ///< The content algorithm; one of the list.
    std::string kid;  ///< The key id; empty when absent.
    std::string typ;  ///< The media type; empty when absent.
    std::string cty;  ///< The content's media type, `JWT` for a nested token; empty when absent.

    friend bool operator==(const EncryptionHeader&, const EncryptionHeader&) = default;
};

class Decrypted;

namespace detail {

/// Decrypts a token whose header is acceptable, with the key that its source found.
[[nodiscard]] inline Result<Decrypted> decrypt_with(const ManagementKey& key, JweToken token);

}  // namespace detail

/// The plaintext of a token, which is wiped when it is dropped, and the header. Made by `decrypt` only.
///
/// It is not a `Verified`, and cannot become one: anybody with the public key can encrypt. See `NestedVerifier`.
class Decrypted {
public:
    /// The header. Its members are authenticated, but anybody can encrypt to a public key.
    [[nodiscard]] const EncryptionHeader& header() const noexcept { return header_; }
    /// The plaintext, as bytes or as text. The view is valid as long as this object.
    [[nodiscard]] ByteView bytes() const noexcept { return plaintext_.view(); }
    [[nodiscard]] std::string_view text() const noexcept { return detail::as_text(plaintext_.view()); }

private:
    friend Result<Decrypted> detail::decrypt_with(const detail::ManagementKey& key, detail::JweToken token);

    Decrypted(EncryptionHeader header, detail::SecretBytes plaintext)
        : header_(std::move(header)), plaintext_(std::move(plaintext)) {}

    EncryptionHeader header_;
    detail::SecretBytes plaintext_;
};

/// Options for decrypting tokens.
struct DecryptOptions {
    ContentAlgorithms content = ContentAlgorithms::all();  ///< the closed list for `enc`
    std::size_t max_token_bytes = 16 * 1024;               ///< the longest token that is read; at most 1.5 GiB
    std::vector<std::string> understood = {};              ///< names in `crit` that the caller handles
};

namespace detail {

template <class Source>
inline constexpr bool is_encryption_pair = false;
template <class Alg>
inline constexpr bool is_encryption_pair<EncryptionKeys<Alg>> = true;

inline Result<Decrypted> decrypt_with(const ManagementKey& key, JweToken token) {
    JweHeader& header = token.header;
    if (key.alg != header.header.alg) {  // a mistake of a user's own source
        return Error{Errc::algorithm_not_allowed, {}, key_of_other_algorithm};
    }
    auto plaintext = open_jwe(key, token);
    if (!plaintext) return std::move(plaintext).error();
    return Decrypted{{std::move(header.header.alg), std::move(header.enc), std::move(header.header.kid),
                      std::move(header.header.typ), std::move(header.cty)},
                     *std::move(plaintext)};
}

}  // namespace detail

/// Decrypts a token. RFC 7516 §5.2
///
/// Size, form and header are checked first, then the key is looked up, and only then computed with. `zip` is refused.
///
/// \param token    the compact form, from anywhere.
/// \param source   a `DecryptionKey` or a `DecryptionKeySet`.
/// \param options  the content algorithms, and limits.
/// \return the plaintext; `token_too_large`, `malformed_token`, `invalid_base64`, `invalid_json`, `duplicate_member`,
///         `unsupported_algorithm`, `algorithm_not_allowed`, `unsupported_critical_header`, `no_matching_key`,
///         `ambiguous_key`; `invalid_key` or `key_too_short` if a `dir` key does not match the `enc`; and
///         `decryption_failed`, without a reason, for everything that depends on the key: see RFC 7516 §11.5.
template <DecryptionSource Source>
[[nodiscard]] Result<Decrypted> decrypt(std::string_view token, const Source& source,
                                        const DecryptOptions& options = {}) {
    auto read = detail::read_jwe(token, {options.max_token_bytes, options.content, options.understood},
                                 [&](std::string_view alg) { return source.accepts(alg); });
    if (!read) return std::move(read).error();
    const Result<AnyDecryptionKey> found = source.find(read->header.query(), read->content);
    if (!found) return found.error();
    return detail::decrypt_with(detail::KeyAccess::prepared(*found), *std::move(read));
}
/// The same with a pair, whose decrypting half is used.
template <KeyManagementAlgorithm Alg>
[[nodiscard]] Result<Decrypted> decrypt(std::string_view token, const EncryptionKeys<Alg>& keys,
                                        const DecryptOptions& options = {}) {
    return credence::decrypt(token, keys.decryption, options);
}

template <class Source>
    requires(!DecryptionSource<Source> && !detail::is_encryption_pair<Source>)
Result<Decrypted> decrypt(std::string_view, const Source&, const DecryptOptions& = {}) {
    constexpr bool key_can_decrypt = sizeof(Source) == 0;
    static_assert(key_can_decrypt,
                  "credence: a token is decrypted with a DecryptionKey, a DecryptionKeySet, or the EncryptionKeys that "
                  "hold both halves; a key for verifying or an EncryptionKey cannot; take the value() of a Result");
    return Errc::invalid_key;
}

}  // namespace credence
