// SPDX-License-Identifier: MIT
// The profile for JWT access tokens of OAuth 2.0, as one line. RFC 9068
#pragma once

#include <credence/jwt/validation.hpp>

#include <initializer_list>
#include <string>

namespace credence {

/// The rules of RFC 9068 §4 for a resource server, on top of `rules`:
///
/// ```cpp
/// verifier_for<MyClaims>(keys, access_token<MyClaims>({.issuer = "https://id.example", .audience = "api"}))
/// ```
///
/// `typ` must be `at+jwt`, so an ID token is not accepted as an access token. `iss`, `exp`, `aud`, `sub`, `client_id`,
/// `iat` and `jti` must be present (§2.2). `rules` must name an issuer and an audience: otherwise no token is accepted.
template <class Claims>
[[nodiscard]] Validation<Claims> access_token(Validation<Claims> rules) {
    rules.type = "at+jwt";
    rules.allow_missing_exp = false;
    const Accept nobody{std::initializer_list<std::string>{}};
    if (!rules.issuer.is_set()) rules.issuer = nobody;
    if (!rules.audience.is_set()) rules.audience = nobody;
    for (const char* claim : {"iss", "aud", "sub", "client_id", "iat", "jti"}) rules.required.emplace_back(claim);
    return rules;
}

}  // namespace credence
