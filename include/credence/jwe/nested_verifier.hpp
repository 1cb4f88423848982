// SPDX-License-Identifier: MIT
// NestedVerifier: proves the claims of a signed token that was encrypted. RFC 7519 §5.2, RFC 7516
#pragma once

#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/decryption_key_set.hpp>
#include <credence/jwe/encryption_keys.hpp>
#include <credence/jwt/confirmation.hpp>
#include <credence/jwt/token_verifier.hpp>
#include <credence/jwt/verified.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/jwe/detail/jwe_header.hpp>
#include <credence/jwt/detail/rules.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace credence {

namespace detail {

/// The decrypting half of a pair; any other key source unchanged.
template <class Source>
struct DecryptionSourceOf {
    using type = Source;
};
template <class Alg>
struct DecryptionSourceOf<EncryptionKeys<Alg>> {
    using type = DecryptionKey<Alg>;
};

}  // namespace detail

/// Decrypts a token, and verifies the signed token in it: a `TokenVerifier` like the one that it contains.
///
/// ```cpp
/// const NestedVerifier verifier{decryption_key, verifier_for<Claims>(issuer_keys, rules)};
/// ```
///
/// Only the inner signature proves the claims: anybody with the public key can encrypt, so a token that was only
/// encrypted is refused (CVE-2026-29000). A token that was only signed is refused as well: it does not have the five
/// parts of an encrypted one.
///
/// The text of the inner token is wiped. Its claims are not: the verifier reads them into ordinary memory.
///
/// \tparam Source    a `DecryptionKey` or a `DecryptionKeySet`.
/// \tparam Verifier  verifies the inner token.
template <DecryptionSource Source, TokenVerifier Verifier>
class NestedVerifier {
public:
    /// The claims type that it proves.
    using claims_type = typename Verifier::claims_type;

    /// \param source    the decryption keys; they are copied.
    /// \param verifier  for the inner token; a copy is kept.
    /// \param options   the content algorithms, and the longest encrypted token.
    NestedVerifier(Source source, Verifier verifier, DecryptOptions options = {})
        : source_(std::move(source)), verifier_(std::move(verifier)), options_(std::move(options)) {}

    /// The claims of the inner token. Errors as of `decrypt`, and then as of the verifier; `malformed_token` if the
    /// header has a `cty` other than JWT; `algorithm_not_allowed` for an `enc` that a `dir` key does not serve.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view token) const {
        return decrypt_and_verify(token, [this](std::string_view inner) { return (verifier_.verify)(inner); });
    }

    /// The same for an inner token that is bound to a key: see `BindableVerifier`. A DPoP proof has the hash of the
    /// encrypted token, which is what the client has.
    [[nodiscard]] Result<Verified<claims_type>>(verify)(std::string_view token, const ConfirmationCheck& check) const
        requires BindableVerifier<Verifier>
    {
        return decrypt_and_verify(token, [&](std::string_view inner) { return (verifier_.verify)(inner, check); });
    }

    /// Whether a text has the five parts of an encrypted token, for a `FirstOf`.
    [[nodiscard]] bool recognizes(std::string_view text) const noexcept { return detail::split_jwe(text).has_value(); }

private:
    template <class VerifyInner>
    [[nodiscard]] Result<Verified<claims_type>> decrypt_and_verify(std::string_view token,
                                                                   const VerifyInner& verify_inner) const {
        const auto decrypted = decrypt(token, source_, options_);
        if (!decrypted) return about_the_token(decrypted.error());
        const std::string& type = decrypted->header().cty;
        if (!type.empty() && !detail::equal_without_case(detail::short_media_type(type), "JWT")) {
            return Error{Errc::malformed_token, {}, "the encrypted content is not a token: its cty is not JWT"};
        }
        return verify_inner(decrypted->text());
    }

    /// The keys were valid when they were made. Only the sender's choice of `enc` can make one unusable: that is an
    /// error of the token, not of the server's keys, and must not be answered with 503.
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
