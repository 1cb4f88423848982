// SPDX-License-Identifier: MIT
// The seven registered claims of RFC 7519 §4.1.
#pragma once

#include <credence/clock.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// The recipients that a token is meant for: one string, or an array of strings, in the token. RFC 7519 §4.1.3
///
/// A vector that a single name converts to. Empty: the claim is absent.
class Audience : public std::vector<std::string> {
public:
    using std::vector<std::string>::vector;
    /// No recipient: the claim is absent.
    Audience() = default;
    /// Several names: an array in the token.
    Audience(std::vector<std::string> names) : std::vector<std::string>(std::move(names)) {}
    /// One name: a string in the token.
    Audience(std::string name) { push_back(std::move(name)); }
    Audience(std::string_view name) { emplace_back(name); }
    Audience(const char* name) { emplace_back(name); }
    Audience(std::initializer_list<std::string> names) : std::vector<std::string>(names) {}
};

/// The registered claims. Each is optional: `encode` leaves out empty strings and lists.
///
/// After decoding, an empty string means that the claim was absent, or was `""`. RFC 7519 §4.1
struct RegisteredClaims {
    std::string iss = {};                 ///< Who issued the token. §4.1.1
    std::string sub = {};                 ///< The subject: whom the token is about. §4.1.2
    Audience aud = {};                    ///< The recipients. §4.1.3
    std::optional<NumericDate> exp = {};  ///< The token is expired from this time on. §4.1.4
    std::optional<NumericDate> nbf = {};  ///< The token is not valid before this time. §4.1.5
    std::optional<NumericDate> iat = {};  ///< The time when the token was issued. §4.1.6
    std::string jti = {};                 ///< The token's id, unique for its issuer. §4.1.7

    friend bool operator==(const RegisteredClaims&, const RegisteredClaims&) = default;
};

}  // namespace credence
