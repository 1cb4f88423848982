// SPDX-License-Identifier: MIT
// NestedVerifier: proves the claims of a signed token that was encrypted. RFC 7519 §5.2, RFC 7516
#pragma once

#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/rules.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace credence {

namespace detail {

/// The half of a pair that decrypts; any other source of keys as it is.
template <class Source>
struct DecryptionSourceOf {
    using type = Source;
};
template <class Alg>
struct DecryptionSourceOf<EncryptionKeys<Alg>> {
    using type = DecryptionKey<Alg>;
};

}  // namespace detail

/// Decrypts a token, and verifies the signed token within: a `TokenVerifier` like the one that it is made of.
///
/// ```cpp
/// const NestedVerifier verifier{decryption_key, verifier_for<Claims>(issuer_keys, rules)};
/// ```
///
/// The signature within proves the claims, and nothing else does: whoever has the public key can encrypt, so what was
/// only encrypted is refused (CVE-2026-29000). A token that was only signed is refused too: it has not the five parts
/// of an encrypted one.
///
/// \tparam Source    a `DecryptionKey` or a `DecryptionKeySet`.
/// \tparam Verifier  verifies the token within.
template <DecryptionSource Source, TokenVerifier Verifier>
class NestedVerifier {
public:
    /// What it proves.
    using claims_type = typename Verifier::claims_type;

    /// \param source    the keys to decrypt with; they are copied.
    /// \param verifier  for the token within; a copy is kept.
    /// \param options   the content algorithms, and the longest token with its encryption.
    NestedVerifier(Source source, Verifier verifier, DecryptOptions options = {})
        : source_(std::move(source)), verifier_(std::move(verifier)), options_(std::move(options)) {}

    /// The claims of the token within. Errors as of `decrypt`, and then as of the verifier; `malformed_token` if the
    /// header has a `cty` other than JWT; `algorithm_not_allowed` for an `enc` that a `dir` key does not serve.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view token) const {
        const auto decrypted = decrypt(token, source_, options_);
        if (!decrypted) return about_the_token(decrypted.error());
        const std::string& type = decrypted->header().cty;
        if (!type.empty() && !detail::equal_without_case(detail::short_media_type(type), "JWT")) {
            return Error{Errc::malformed_token, {}, "the encrypted content is no token: its cty is not JWT"};
        }
        return (verifier_.verify)(decrypted->text());
    }

private:
    /// The keys were found sound when they were made. Only the sender's choice of `enc` can make one unfit: that is a
    /// fault of the token, and a server must not answer it with 503 as it does for a fault of its own keys.
    [[nodiscard]] static Error about_the_token(const Error& error) {
        const bool is_about_a_key = error.code == Errc::invalid_key || error.code == Errc::key_too_short;
        return is_about_a_key ? Error{Errc::algorithm_not_allowed, {}, "the key does not serve this enc"} : error;
    }

    Source source_;
    Verifier verifier_;
    DecryptOptions options_;
};

template <class Source, class Verifier>
NestedVerifier(Source, Verifier) -> NestedVerifier<typename detail::DecryptionSourceOf<Source>::type, Verifier>;
template <class Source, class Verifier>
NestedVerifier(Source, Verifier, DecryptOptions)
    -> NestedVerifier<typename detail::DecryptionSourceOf<Source>::type, Verifier>;

}  // namespace credence
