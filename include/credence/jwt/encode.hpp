// SPDX-License-Identifier: MIT
// encode: signs claims and returns the token. RFC 7519 §7.1
#pragma once

#include <credence/claims/claims.hpp>
#include <credence/jwt/header_options.hpp>
#include <credence/keys/keys.hpp>
#include <credence/result.hpp>
#include <credence/jwt/detail/token_writer.hpp>
#include <credence/keys/detail/key_access.hpp>

#include <string>

namespace credence {

/// Signs claims and returns the compact token. RFC 7519 §7.1, RFC 7515 §5.1
///
/// \param claims   of any claims type; an optional member without a value is left out.
/// \param key      an `EncodingKey`, or the `Keys` that hold it.
/// \param options  `typ`, a `kid` other than the key's own, and further members of the header.
/// \return the token; `invalid_json` when a string is not UTF-8 or a JSON value nests too deep; `invalid_claim_type`
///         when a number or date has no JSON form; `duplicate_member` when two parts of the claims write one name;
///         `malformed_token` when a `nlohmann::json` is no object, or `HeaderOptions::header` has
///         a member that it must not have, or the header has more values or escapes than a verifier reads;
///         `invalid_key` when OpenSSL cannot sign.
template <class Claims, Algorithm Alg>
[[nodiscard]] Result<std::string> encode(const Claims& claims, const EncodingKey<Alg>& key,
                                         const HeaderOptions& options = {}) {
    if constexpr (!detail::is_claims_type<Claims>) {
        detail::demand_claims_type<Claims>();
        return Errc::invalid_claim_type;
    } else {
        return detail::sign_claims<Alg>(claims, detail::KeyAccess::prepared(key), options, key.kid());
    }
}
/// The same with a key pair, whose encoding half signs.
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
                  "secret or a text, and take the value() of a Result");
    return Errc::invalid_key;
}

}  // namespace credence
