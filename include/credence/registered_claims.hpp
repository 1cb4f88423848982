// SPDX-License-Identifier: MIT
// The seven registered claims of RFC 7519 §4.1, and dates as JSON numbers.
#pragma once

#include <chrono>
#include <ctime>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence {

/// A moment in whole seconds of Unix time; on the wire a JSON number. RFC 7519 §2
using NumericDate = std::chrono::sys_seconds;

/// The present moment. Whole seconds are all that a token knows; `time` is the cheapest clock that gives them.
[[nodiscard]] inline NumericDate now() noexcept { return NumericDate{std::chrono::seconds{std::time(nullptr)}}; }

namespace detail {

/// `moment` plus `span`; where that lies beyond the first or the last moment that there is, that one.
[[nodiscard]] constexpr NumericDate saturating_sum(NumericDate moment, std::chrono::seconds span) noexcept {
    constexpr std::chrono::seconds none{0};
    if (span > none && moment > (NumericDate::max)() - span) return (NumericDate::max)();
    if (span < none && moment < (NumericDate::min)() - span) return (NumericDate::min)();
    return moment + span;
}

}  // namespace detail

/// The moment that lies `lifetime` ahead: `{.exp = credence::in(15min)}`. A sum that would overflow ends at the last
/// moment of `NumericDate`, which no token can say.
[[nodiscard]] inline NumericDate in(std::chrono::seconds lifetime) noexcept {
    return detail::saturating_sum(now(), lifetime);
}

/// For whom a token is meant: on the wire one string, or an array of strings. RFC 7519 §4.1.3
///
/// A vector that a single name converts to. Empty: the claim is absent.
class Audience : public std::vector<std::string> {
public:
    using std::vector<std::string>::vector;
    /// Nobody: the claim is absent.
    Audience() = default;
    /// Several names: an array on the wire.
    Audience(std::vector<std::string> names) : std::vector<std::string>(std::move(names)) {}
    /// One name: a string on the wire.
    Audience(std::string name) { push_back(std::move(name)); }
    Audience(std::string_view name) { emplace_back(name); }
    Audience(const char* name) { emplace_back(name); }
    Audience(std::initializer_list<std::string> names) : std::vector<std::string>(names) {}
};

/// The registered claims. Each may be left out; an empty string or list is left out by `encode`.
///
/// In a token that was decoded an empty string stands for an absent claim or for `""`. RFC 7519 §4.1
struct RegisteredClaims {
    std::string iss = {};                 ///< Who issued the token. §4.1.1
    std::string sub = {};                 ///< Whom the token is about. §4.1.2
    Audience aud = {};                    ///< For whom the token is meant. §4.1.3
    std::optional<NumericDate> exp = {};  ///< From this moment on the token is not valid. §4.1.4
    std::optional<NumericDate> nbf = {};  ///< Before this moment the token is not valid. §4.1.5
    std::optional<NumericDate> iat = {};  ///< When the token was issued. §4.1.6
    std::string jti = {};                 ///< The token's own id, unique for its issuer. §4.1.7

    friend bool operator==(const RegisteredClaims&, const RegisteredClaims&) = default;
};

}  // namespace credence
