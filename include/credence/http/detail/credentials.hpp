// SPDX-License-Identifier: MIT
// Reads the one token from the value of an Authorization field, or of another. RFC 6750 §2.1, RFC 9110 §11.4
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/http/detail/token68.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace credence::detail {

[[nodiscard]] constexpr bool is_alphanumeric(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// A character of a token in the sense of HTTP, such as the name of a scheme. RFC 9110 §5.6.2
[[nodiscard]] constexpr bool is_tchar(char byte) noexcept {
    return is_alphanumeric(byte) ||
           (byte != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(byte) != std::string_view::npos);
}

/// Takes the longest run of tchar from the front of `text`.
[[nodiscard]] constexpr std::string_view take_token(std::string_view& text) noexcept {
    std::size_t length = 0;
    while (length < text.size() && is_tchar(text[length])) ++length;
    const std::string_view token = text.substr(0, length);
    text.remove_prefix(length);
    return token;
}

/// Whether credentials of this scheme follow the parameters of another one: two fields that an intermediary joined with
/// a comma (RFC 9110 §5.3). A comma inside a quoted-string does not count.
[[nodiscard]] constexpr bool has_scheme_after_comma(std::string_view text, std::string_view scheme) noexcept {
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_quoted && text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        } else if (text[at] == ',' && !is_quoted) {
            std::string_view rest = text.substr(at + 1);
            while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
            if (equal_without_case(take_token(rest), scheme) && (rest.empty() || rest.front() == ' ')) return true;
        }
    }
    return false;
}

/// Whether a value begins with a scheme in its usual spelling, and a space.
[[nodiscard]] constexpr bool begins_with_scheme(std::string_view value, std::string_view scheme) noexcept {
    return !scheme.empty() && value.size() > scheme.size() && value[scheme.size()] == ' ' &&
           std::equal(scheme.begin(), scheme.end(), value.begin());
}

/// The error for credentials that are not one token, with the reason for the log.
[[nodiscard]] inline Error malformed(std::string_view reason) { return {Errc::malformed_credentials, {}, reason}; }

/// The token of a field value; the view points into it. White space at the ends of the value is ignored.
///
/// \param scheme  the word before the token; if empty, the whole value is the token.
/// \param other   another scheme that is accepted; empty: none.
/// \return `missing_credentials` for an empty value, and for another scheme, which another guard may understand;
///         `malformed_credentials` for anything else that is not exactly the scheme, spaces and one token68.
[[nodiscard]] inline Result<std::string_view> token_of_field(std::string_view value, std::string_view scheme,
                                                             std::string_view other = {}) {
    std::string_view rest = trimmed(value);
    if (rest.empty()) return Errc::missing_credentials;
    if (begins_with_scheme(rest, scheme)) {
        rest.remove_prefix(scheme.size());
        rest.remove_prefix((std::min)(rest.find_first_not_of(' '), rest.size()));
    } else if (!scheme.empty()) {
        const std::string_view own = take_token(rest);
        if (own.empty()) return malformed("the value does not begin with a scheme");
        const bool is_other = !other.empty() && equal_without_case(own, other);
        if (!is_other && !equal_without_case(own, scheme)) {
            const bool is_joined =
                has_scheme_after_comma(rest, scheme) || (!other.empty() && has_scheme_after_comma(rest, other));
            return is_joined ? malformed("two credentials in one field") : Error{Errc::missing_credentials};
        }
        const std::size_t spaces = (std::min)(rest.find_first_not_of(' '), rest.size());
        if (spaces == 0) return malformed("no space and token after the scheme");
        rest.remove_prefix(spaces);
    }
    if (!is_token68(rest)) return malformed("the credentials are not one token");
    return rest;
}

}  // namespace credence::detail
