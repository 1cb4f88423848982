// SPDX-License-Identifier: MIT
// encode and decode: from claims to a token, and from a token to proven claims. RFC 7519 §7
#pragma once

#include <credence/claims.hpp>
#include <credence/header.hpp>
#include <credence/keys.hpp>
#include <credence/result.hpp>
#include <credence/validation.hpp>
#include <credence/verified.hpp>
#include <credence/verifier.hpp>
#include <credence/detail/claims_writer.hpp>
#include <credence/detail/pipeline.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace credence {

/// Signs claims: the compact token. RFC 7519 §7.1, RFC 7515 §5.1
///
/// \param claims   of any claims type; an optional member without a value is left out.
/// \param key      an `EncodingKey`, or the `Keys` that hold it.
/// \param options  `typ`, and a `kid` other than the key's own.
/// \return the token; `invalid_json` when a string is not UTF-8 or a JSON value nests too deep; `invalid_claim_type`
///         when a number or date has no JSON form; `duplicate_member` when two parts of the claims write one name;
///         `malformed_token` when a `nlohmann::json` is no object; `invalid_key` when OpenSSL cannot sign.
template <class Claims, Algorithm Alg>
[[nodiscard]] Result<std::string> encode(const Claims& claims, const EncodingKey<Alg>& key,
                                         const HeaderOptions& options = {}) {
    if constexpr (!detail::is_claims_type<Claims>) {
        detail::demand_claims_type<Claims>();
        return Errc::invalid_claim_type;
    } else {
        return detail::sign_claims<Alg>(claims, key.detail_key(), options, key.kid());
    }
}
/// The same with a pair, whose encoding half signs.
template <class Claims, Algorithm Alg>
[[nodiscard]] Result<std::string> encode(const Claims& claims, const Keys<Alg>& keys,
                                         const HeaderOptions& options = {}) {
    return credence::encode(claims, keys.encoding, options);
}
template <class Claims, Algorithm Alg>
Result<std::string> encode(const Claims&, const DecodingKey<Alg>&, const HeaderOptions& = {}) {
    constexpr bool key_can_sign = sizeof(Claims) == 0;
    static_assert(key_can_sign,
                  "credence: a DecodingKey verifies and cannot sign; pass an EncodingKey, or the Keys that hold both");
    return Errc::invalid_key;
}

template <class Claims, class Key>
Result<std::string> encode(const Claims&, const Key&, const HeaderOptions& = {}) {
    constexpr bool key_is_given = sizeof(Claims) == 0;
    static_assert(key_is_given,
                  "credence: a token is signed with an EncodingKey, or the Keys that hold both halves; make one from a "
                  "secret or a text, and of a Result take the value()");
    return Errc::invalid_key;
}

/// Verifies a token and gives its claims. It always verifies: looking into a token without doing so is in
/// `unverified.hpp`. RFC 7519 §7.2
///
/// For more than a few tokens prepare a `Verifier`.
///
/// \param token       the compact form, from anywhere.
/// \param source      a `DecodingKey`, a `Keys`, a `KeySet` or a `RotatingKeys`.
/// \param validation  which claims values are acceptable.
/// \return the proof, or the first reason against the token. Any `Errc` up to `token_revoked`, and `keys_unavailable`.
template <class Claims, class Source>
[[nodiscard]] Result<Verified<Claims>> decode(std::string_view token, const Source& source,
                                              const std::type_identity_t<Validation<Claims>>& validation = {}) {
    using Kept = typename detail::SourceOf<Source>::type;
    detail::demand_source<Kept>();
    if constexpr (!detail::is_claims_type<Claims>) {
        detail::demand_claims_type<Claims>();
        return Errc::invalid_claim_type;
    } else if constexpr (!detail::KeySource<Kept>) {
        return Errc::invalid_key;
    } else {
        const Kept& kept = source;
        return detail::Pipeline<Claims, Kept>{kept, validation}.verify(token);
    }
}

/// The same with a prepared verifier: for a token that came by another way than the `Authorization` header.
template <class Claims, class Source>
[[nodiscard]] Result<Verified<Claims>> decode(std::string_view token, const Verifier<Claims, Source>& verifier) {
    return verifier.verify(token);
}

}  // namespace credence
