// SPDX-License-Identifier: MIT
// A key in any of the accepted forms, and the prepared key for one algorithm.
#pragma once

#include <credence/keys/key_source.hpp>
#include <credence/result.hpp>
#include <credence/detail/openssl/secret_bytes.hpp>
#include <credence/keys/detail/signature.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace credence::command {

enum class KeyForm : std::uint8_t { secret, pem, der, jwk, jwks };

/// A key as given. Nothing was checked yet: that depends on the algorithm.
struct KeyText {
    KeyForm form = KeyForm::secret;
    std::shared_ptr<const detail::SecretBytes> bytes = {};
    /// For a private key that is encrypted.
    std::shared_ptr<const detail::SecretBytes> passphrase = {};
    /// Whether a secret may be shorter than the hash.
    bool allow_short_secret = false;
    /// Whether each key of a set that fits a token is tried; see `KeySetOptions::try_all`.
    bool try_all = false;

    [[nodiscard]] std::string_view text() const noexcept {
        return bytes ? detail::as_text(bytes->view()) : std::string_view{};
    }
    [[nodiscard]] std::string_view passphrase_text() const noexcept {
        return passphrase ? detail::as_text(passphrase->view()) : std::string_view{};
    }
};

[[nodiscard]] KeyText make_key_text(KeyForm form, std::string_view bytes);

/// A key that can verify.
using VerifyHandle = std::shared_ptr<const VerificationKey>;

/// Makes the key for the algorithm of a query; from a key set, the key that the whole query finds. Any `Errc` of keys
/// and key sets.
[[nodiscard]] Result<VerifyHandle> verify_key(const KeyText& key, const KeyQuery& query);

/// The keys of a set to try if `verify_key` gave `ambiguous_key`; see `CandidateSource`.
[[nodiscard]] std::vector<VerifyHandle> candidate_keys(const KeyText& key, const KeyQuery& query);

/// Whether a key, or at least one of a key set, can verify an algorithm.
[[nodiscard]] Result<void> check_verify_key(const KeyText& key, std::string_view alg);

/// Why a key cannot verify, or sign, an algorithm: a part of a sentence; empty when it can.
[[nodiscard]] std::string why_not_to_verify(const KeyText& key, std::string_view alg);
[[nodiscard]] std::string why_not_to_sign(const KeyText& key, std::string_view alg);

/// A key that can sign, and its key id.
struct Signer {
    std::shared_ptr<const detail::SignKey> key;
    std::string alg;
    std::string kid;
};

/// Makes the key for one algorithm. `unsupported_algorithm`, `invalid_key`, `key_too_short`.
[[nodiscard]] Result<Signer> sign_key(const KeyText& key, std::string_view alg);

/// The token of a header and a payload, which are signed exactly as they are. RFC 7515 §5.1
[[nodiscard]] Result<std::string> sign_texts(const Signer& signer, std::string_view header, std::string_view payload);

/// A source of keys for a verifier, which takes any mixture of algorithms: only when a token has named one of them is the
/// key made, and checked, for that one.
class LazyKey {
public:
    static constexpr bool is_static = false;

    LazyKey(KeyText key, std::vector<std::string> algorithms);

    [[nodiscard]] bool accepts(std::string_view alg) const noexcept;
    [[nodiscard]] Result<VerifyHandle> find(const KeyQuery& query) const;
    [[nodiscard]] std::vector<VerifyHandle> candidates(const KeyQuery& query) const;

private:
    KeyText key_;
    std::vector<std::string> algorithms_;
};

}  // namespace credence::command
