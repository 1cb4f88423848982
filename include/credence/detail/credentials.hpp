// SPDX-License-Identifier: MIT
// Reads the one bearer token out of the value of an Authorization field: RFC 6750 §2.1, RFC 9110 §11.4.
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/token68.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace credence::detail {

[[nodiscard]] constexpr bool is_alphanumeric(char byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/// A character of a token, as the name of a scheme is one. RFC 9110 §5.6.2
[[nodiscard]] constexpr bool is_tchar(char byte) noexcept {
    return is_alphanumeric(byte) ||
           (byte != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(byte) != std::string_view::npos);
}

/// Whether two texts are equal but for the case of ASCII letters; `lower` is in lower case.
[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    if (text.size() != lower.size()) return false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        const bool is_upper = byte >= 'A' && byte <= 'Z';
        if ((is_upper ? static_cast<char>(byte - 'A' + 'a') : byte) != lower[at]) return false;
    }
    return true;
}

/// Takes the longest run of tchar from the front of `text`.
[[nodiscard]] constexpr std::string_view take_token(std::string_view& text) noexcept {
    std::size_t length = 0;
    while (length < text.size() && is_tchar(text[length])) ++length;
    const std::string_view token = text.substr(0, length);
    text.remove_prefix(length);
    return token;
}

/// Whether the parameters of another scheme are followed by bearer credentials: what is left when somebody on the
/// way joined two fields with a comma (RFC 9110 §5.3). A comma inside a quoted-string joins nothing.
[[nodiscard]] constexpr bool has_bearer_after_comma(std::string_view text) noexcept {
    bool is_quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_quoted && text[at] == '\\') {
            ++at;
        } else if (text[at] == '"') {
            is_quoted = !is_quoted;
        } else if (text[at] == ',' && !is_quoted) {
            std::string_view rest = text.substr(at + 1);
            while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
            if (equals_ignoring_case(take_token(rest), "bearer") && (rest.empty() || rest.front() == ' ')) return true;
        }
    }
    return false;
}

/// The token of a field value; the view points into it.
///
/// `missing_credentials` for an empty value, and for another scheme, which another guard may understand;
/// `malformed_credentials` for whatever is neither that nor exactly `Bearer`, spaces and one token68.
[[nodiscard]] inline Result<std::string_view> bearer_token(std::string_view value) {
    if (value.find_first_not_of(" \t") == std::string_view::npos) return Errc::missing_credentials;
    std::string_view rest = value;
    const std::string_view scheme = take_token(rest);
    if (scheme.empty()) return Errc::malformed_credentials;
    if (!equals_ignoring_case(scheme, "bearer")) {
        return has_bearer_after_comma(rest) ? Errc::malformed_credentials : Errc::missing_credentials;
    }
    const std::size_t spaces = (std::min)(rest.find_first_not_of(' '), rest.size());
    rest.remove_prefix(spaces);
    if (spaces == 0 || !is_token68(rest)) return Errc::malformed_credentials;
    return rest;
}

}  // namespace credence::detail
