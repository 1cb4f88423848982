// SPDX-License-Identifier: MIT
// Cookies that carry a token: reads them out of a Cookie field, and writes a Set-Cookie field with safe defaults.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/credentials.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence {

/// Whether a browser sends the cookie with a request that another site caused. RFC 6265bis §4.1.2.7
enum class SameSite : std::uint8_t {
    lax,     ///< Only if the user follows a link: a top-level navigation with a safe method.
    strict,  ///< Never.
    none,    ///< Always. Browsers then demand `Secure`, and so does credence.
};

/// A cookie to set. The defaults are right for a token: no script reads it, and it is never sent without TLS.
///
/// ```cpp
/// credence::set_cookie({.name = "__Host-token", .value = token, .max_age = 1h})
/// ```
struct Cookie {
    std::string name;        ///< With `__Host-…` browsers insist on the safe attributes. RFC 6265bis §4.1.3
    std::string value = {};  ///< A token, or another text of the alphabet of RFC 6265 §4.1.1.
    std::optional<std::chrono::seconds> max_age = {};  ///< Unset: until the browser is closed.
    std::string path = "/";                            ///< The paths that it is sent for.
    std::string domain = {};                           ///< Empty: this host only, which is the safest.
    SameSite same_site = SameSite::lax;
    bool http_only = true;  ///< Hidden from scripts.
    bool secure = true;     ///< Turn it off for `http://localhost` only.
    /// For a page that others embed: browsers keep a separate cookie for each embedding site. Needs `secure`. CHIPS
    bool partitioned = false;
};

/// The value of one cookie in the value of a `Cookie` field; nullopt when it is not there. RFC 6265 §4.2.1
///
/// The name is compared as a whole and with case. The view points into `field`.
/// \return `malformed_credentials` if two cookies have the name and different values: neither is preferred. Two with
///         the same value count as one: a browser sends both if the cookie was set for two paths.
[[nodiscard]] inline Result<std::optional<std::string_view>> find_cookie(std::string_view field, std::string_view name);

/// The value of a `Set-Cookie` field. RFC 6265 §4.1
///
/// \return `token_too_large` if name and value together exceed 4,096 bytes, which browsers would not keep;
///         `malformed_credentials`, with the attribute and a reason, for an invalid character, and for an attribute
///         that breaks the rules of `__Host-` (`Secure`, `Path=/`, no `Domain`), or of `__Secure-`, `SameSite=None` and
///         `Partitioned` (`Secure`).
[[nodiscard]] inline Result<std::string> set_cookie(const Cookie& cookie);

/// The cookie that carries a session: `set_cookie(session_cookie(*sessions.start(claims)))`. It expires when the
/// session must end.
///
/// \param session  a `Session`, or another type with an `id` and the seconds `remaining`.
/// \param name     with the prefix `__Host-`, browsers accept it only from this host, over TLS. For `http://localhost`
///                 the cookie needs another name and `secure = false`.
template <class StartedSession>
    requires requires(const StartedSession& session) {
        { session.id } -> std::convertible_to<std::string>;
        { session.remaining } -> std::convertible_to<std::chrono::seconds>;
    }
[[nodiscard]] Cookie session_cookie(const StartedSession& session, std::string_view name = "__Host-session") {
    return {.name = std::string{name}, .value = session.id, .max_age = session.remaining};
}

/// The value of a `Set-Cookie` field that deletes a cookie: the same name, path, domain and partition, and `Max-Age=0`.
[[nodiscard]] inline Result<std::string> clear_cookie(Cookie cookie) {
    cookie.value.clear();
    cookie.max_age = std::chrono::seconds{0};
    return set_cookie(cookie);
}

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

/// An attribute that breaks a rule, and the rule.
struct CookieFault {
    std::string_view attribute = {};
    std::string_view rule = {};
};

/// The first attribute of a cookie that has a character it cannot have. RFC 6265 §4.1.1
[[nodiscard]] constexpr CookieFault cookie_character_fault(const Cookie& cookie) noexcept {
    const auto is_domain_octet = [](char byte) { return is_alphanumeric(byte) || byte == '.' || byte == '-'; };
    if (cookie.name.empty()) return {"name", "the cookie has no name"};
    if (!has_only(cookie.name, is_tchar)) return {"name", "a character that the name of a cookie cannot have"};
    if (!has_only(cookie.value, is_cookie_octet))
        return {"value", "a character that the value of a cookie cannot have"};
    if (!cookie.path.starts_with('/')) return {"path", "the path does not begin with a slash"};
    if (!has_only(cookie.path, is_path_octet)) return {"path", "a character that the path of a cookie cannot have"};
    if (!has_only(cookie.domain, is_domain_octet)) return {"domain", "a character that a domain cannot have"};
    return {};
}

/// The first attribute of a cookie that breaks a rule; empty if it can be set.
[[nodiscard]] constexpr CookieFault cookie_fault(const Cookie& cookie) noexcept {
    if (const CookieFault fault = cookie_character_fault(cookie); !fault.attribute.empty()) return fault;
    // Browsers compare the prefixes without case, in case a server does. RFC 6265bis §5.7
    const bool is_host_only = starts_without_case(cookie.name, "__host-");
    if (is_host_only && cookie.path != "/") return {"path", "a __Host- cookie has the path /"};
    if (is_host_only && !cookie.domain.empty()) return {"domain", "a __Host- cookie has no domain"};
    if (cookie.secure) return {};
    if (is_host_only) return {"secure", "a __Host- cookie must be secure"};
    if (starts_without_case(cookie.name, "__secure-")) return {"secure", "a __Secure- cookie must be secure"};
    if (cookie.same_site == SameSite::none) return {"secure", "a cookie with SameSite=None must be secure"};
    if (cookie.partitioned) return {"secure", "a partitioned cookie must be secure"};
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

/// Takes the text up to the next semicolon, and the semicolon, from the front of a `Cookie` field. \return the text
/// without the white space around it. A stranger may send many short ones: these cost no call.
[[nodiscard]] inline std::string_view take_cookie_pair(std::string_view& field) noexcept {
    constexpr std::size_t few = 8;
    std::size_t end = 0;
    while (end < field.size() && end < few && field[end] != ';') ++end;
    if (end == few) end = (std::min)(field.find(';', few), field.size());
    std::string_view pair = field.substr(0, end);
    field.remove_prefix((std::min)(end + 1, field.size()));
    while (pair.starts_with(' ') || pair.starts_with('\t')) pair.remove_prefix(1);
    while (pair.ends_with(' ') || pair.ends_with('\t')) pair.remove_suffix(1);
    return pair;
}

}  // namespace detail

inline Result<std::optional<std::string_view>> find_cookie(std::string_view field, std::string_view name) {
    std::optional<std::string_view> found;
    while (!field.empty()) {
        const std::string_view pair = detail::take_cookie_pair(field);
        if (pair.size() <= name.size() || pair[name.size()] != '=' || !pair.starts_with(name)) continue;
        if (name.find('=') != std::string_view::npos) continue;  // the first equals sign ends a name
        const std::string_view value = pair.substr(name.size() + 1);
        if (found && *found != value)
            return Error{Errc::malformed_credentials, {}, "two cookies of one name with different values"};
        found = value;
    }
    return found;
}

inline Result<std::string> set_cookie(const Cookie& cookie) {
    const detail::CookieFault fault = detail::cookie_fault(cookie);
    if (!fault.attribute.empty()) return Error{Errc::malformed_credentials, std::string{fault.attribute}, fault.rule};
    if (cookie.name.size() + cookie.value.size() > detail::max_cookie_bytes)
        return Error{Errc::token_too_large, "value", "browsers keep at most 4096 bytes of name and value"};
    std::string field = cookie.name + "=" + cookie.value;
    if (cookie.http_only) field.append("; HttpOnly");
    field.append("; SameSite=").append(detail::same_site_name(cookie.same_site));
    field.append("; Path=").append(cookie.path);
    if (!cookie.domain.empty()) field.append("; Domain=").append(cookie.domain);
    if (cookie.max_age) field.append("; Max-Age=").append(std::to_string((std::max)(cookie.max_age->count(), {})));
    if (cookie.secure) field.append("; Secure");
    if (cookie.partitioned) field.append("; Partitioned");
    return field;
}

}  // namespace credence
