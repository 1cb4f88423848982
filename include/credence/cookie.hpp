// SPDX-License-Identifier: MIT
// Cookies that carry a token: reads them out of a Cookie field, and writes a Set-Cookie field with safe defaults.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/credentials.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence {

/// Whether a browser sends the cookie with a request that another site caused. RFC 6265bis §4.1.2.7
enum class SameSite : std::uint8_t {
    lax,     ///< Only when the user follows a link there: a top-level navigation with a safe method.
    strict,  ///< Never.
    none,    ///< Always. Browsers want `Secure` with it, and so does credence.
};

/// A cookie to set. The defaults are those for a token: no script reads it, and no plain connection carries it.
///
/// ```cpp
/// credence::set_cookie({.name = "__Host-token", .value = token, .max_age = 1h})
/// ```
struct Cookie {
    std::string name;        ///< `__Host-…` makes browsers demand what is safe. RFC 6265bis §4.1.3
    std::string value = {};  ///< A token, or another text of the alphabet of RFC 6265 §4.1.1.
    std::optional<std::chrono::seconds> max_age = {};  ///< Unset: until the browser is closed.
    std::string path = "/";                            ///< For which paths it is sent.
    std::string domain = {};                           ///< Empty: this host only, which is the safest.
    SameSite same_site = SameSite::lax;
    bool http_only = true;  ///< Out of reach of scripts.
    bool secure = true;     ///< Turn it off for `http://localhost` only.
};

namespace detail {

/// The name and value of a cookie together: more than this is cut or dropped by browsers. RFC 6265 §6.1
inline constexpr std::size_t max_cookie_bytes = 4096;

/// cookie-octet = %x21 / %x23-2B / %x2D-3A / %x3C-5B / %x5D-7E. RFC 6265 §4.1.1
[[nodiscard]] constexpr bool is_cookie_octet(char byte) noexcept {
    return byte > 0x20 && byte < 0x7f && byte != '"' && byte != ',' && byte != ';' && byte != '\\';
}

/// path-value = any CHAR except CTLs or ";". RFC 6265 §4.1.1
[[nodiscard]] constexpr bool is_path_octet(char byte) noexcept { return byte >= 0x20 && byte < 0x7f && byte != ';'; }

template <class Predicate>
[[nodiscard]] constexpr bool has_only(std::string_view text, Predicate is_good) noexcept {
    for (const char byte : text) {
        if (!is_good(byte)) return false;
    }
    return true;
}

[[nodiscard]] constexpr bool has_cookie_prefix(std::string_view name, std::string_view lower) noexcept {
    return equals_ignoring_case(name.substr(0, lower.size()), lower);
}

/// The first attribute of a cookie that breaks a rule; empty when it may be set.
[[nodiscard]] constexpr std::string_view cookie_fault(const Cookie& cookie) noexcept {
    // Browsers compare the prefixes without case, lest a server do so. RFC 6265bis §5.7
    const bool is_host_only = has_cookie_prefix(cookie.name, "__host-");
    const bool wants_secure =
        is_host_only || has_cookie_prefix(cookie.name, "__secure-") || cookie.same_site == SameSite::none;
    if (cookie.name.empty() || !has_only(cookie.name, is_tchar)) return "name";
    if (!has_only(cookie.value, is_cookie_octet)) return "value";
    if (!cookie.path.starts_with('/') || !has_only(cookie.path, is_path_octet)) return "path";
    if (!has_only(cookie.domain, [](char byte) { return is_alphanumeric(byte) || byte == '.' || byte == '-'; }))
        return "domain";
    if (is_host_only && cookie.path != "/") return "path";
    if (is_host_only && !cookie.domain.empty()) return "domain";
    if (wants_secure && !cookie.secure) return "secure";
    return {};
}

[[nodiscard]] constexpr std::string_view same_site_name(SameSite same_site) noexcept {
    switch (same_site) {
        case SameSite::lax: return "Lax";
        case SameSite::strict: return "Strict";
        case SameSite::none: return "None";
    }
    return "Lax";
}

}  // namespace detail

/// The value of one cookie in the value of a `Cookie` field; nullopt when it is not there. RFC 6265 §4.2.1
///
/// The name is compared whole and with case. The view points into `field`.
/// \return `malformed_credentials` when two cookies have the name: which of them is meant is for nobody to guess.
[[nodiscard]] inline Result<std::optional<std::string_view>> find_cookie(std::string_view field,
                                                                         std::string_view name) {
    std::optional<std::string_view> found;
    while (!field.empty()) {
        const std::size_t end = (std::min)(field.find(';'), field.size());
        std::string_view pair = field.substr(0, end);
        field.remove_prefix((std::min)(end + 1, field.size()));
        while (pair.starts_with(' ') || pair.starts_with('\t')) pair.remove_prefix(1);
        while (pair.ends_with(' ') || pair.ends_with('\t')) pair.remove_suffix(1);
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        if (found) return Errc::malformed_credentials;
        found = pair.substr(equals + 1);
    }
    return found;
}

/// The value of a `Set-Cookie` field. RFC 6265 §4.1
///
/// \return `token_too_large` when name and value together exceed 4,096 bytes, which browsers would not keep;
///         `malformed_credentials`, naming the attribute, for a character that has no place there, and for what breaks
///         the rules of `__Host-` (`Secure`, `Path=/`, no `Domain`), `__Secure-` or `SameSite=None` (`Secure`).
[[nodiscard]] inline Result<std::string> set_cookie(const Cookie& cookie) {
    const std::string_view fault = detail::cookie_fault(cookie);
    if (!fault.empty()) return Error{Errc::malformed_credentials, std::string{fault}};
    if (cookie.name.size() + cookie.value.size() > detail::max_cookie_bytes)
        return Error{Errc::token_too_large, "value"};
    std::string field = cookie.name + "=" + cookie.value;
    if (cookie.http_only) field.append("; HttpOnly");
    field.append("; SameSite=").append(detail::same_site_name(cookie.same_site));
    field.append("; Path=").append(cookie.path);
    if (!cookie.domain.empty()) field.append("; Domain=").append(cookie.domain);
    if (cookie.max_age) field.append("; Max-Age=").append(std::to_string((std::max)(cookie.max_age->count(), {})));
    if (cookie.secure) field.append("; Secure");
    return field;
}

/// The value of a `Set-Cookie` field that takes a cookie back: the same name, path and domain, and no life left.
[[nodiscard]] inline Result<std::string> clear_cookie(Cookie cookie) {
    cookie.value.clear();
    cookie.max_age = std::chrono::seconds{0};
    return set_cookie(cookie);
}

}  // namespace credence
