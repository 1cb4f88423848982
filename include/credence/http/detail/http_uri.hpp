// SPDX-License-Identifier: MIT
// Normalises the URI of an HTTP request, to compare it with the htu of a proof. RFC 9449 §4.3, RFC 3986 §6.2
#pragma once

#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

[[nodiscard]] inline int value_of_hex_digit(char digit) noexcept {
    return is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10;
}

[[nodiscard]] inline bool is_unreserved(char character) noexcept {
    return is_letter(character) || is_digit(character) ||
           (character != '\0' && std::string_view{"-._~"}.find(character) != std::string_view::npos);
}

/// A path with percent-encodings in upper case, and only where they are needed. RFC 3986 §6.2.2.1, §6.2.2.2
[[nodiscard]] inline std::string with_one_encoding(std::string_view path) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    text.reserve(path.size());
    for (std::size_t at = 0; at < path.size(); ++at) {
        const bool is_encoded =
            path[at] == '%' && at + 2 < path.size() && is_hex_digit(path[at + 1]) && is_hex_digit(path[at + 2]);
        if (!is_encoded) {
            text.push_back(path[at]);
            continue;
        }
        const int value = value_of_hex_digit(path[at + 1]) * 16 + value_of_hex_digit(path[at + 2]);
        at += 2;
        if (value < 0x80 && is_unreserved(static_cast<char>(value))) {
            text.push_back(static_cast<char>(value));
        } else {
            text.push_back('%');
            text.push_back(digits[static_cast<std::size_t>(value / 16)]);
            text.push_back(digits[static_cast<std::size_t>(value % 16)]);
        }
    }
    return text;
}

/// A path that begins with a slash, without the segments `.` and `..`. RFC 3986 §5.2.4
[[nodiscard]] inline std::string without_dot_segments(std::string_view path) {
    std::string text;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = (std::min)(path.find('/'), path.size());
        const std::string_view segment = path.substr(0, end);
        const bool is_last = end == path.size();
        path.remove_prefix(end);
        if (segment == "..") text.resize((std::min)(text.rfind('/'), text.size()));
        if (segment == "." || segment == "..") {
            if (is_last) text.push_back('/');
        } else {
            text.append("/").append(segment);
        }
    }
    return text;
}

/// An authority in lower case, without the scheme's default port; nullopt if it has no host, or has user information.
[[nodiscard]] inline std::optional<std::string> plain_authority(std::string_view authority, bool is_https) {
    if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    const std::string_view port = has_port ? authority.substr(colon + 1) : std::string_view{};
    if (has_port && (port.empty() || port == (is_https ? "443" : "80"))) authority = authority.substr(0, colon);
    if (authority.empty() || authority.front() == ':') return std::nullopt;
    std::string text{authority};
    std::transform(text.begin(), text.end(), text.begin(), to_lower);
    return text;
}

/// An absolute http or https URI in normal form, without query and fragment; nullopt if it is not one.
[[nodiscard]] inline std::optional<std::string> plain_uri(std::string_view uri) {
    const bool is_strange = std::any_of(uri.begin(), uri.end(), [](char byte) { return byte <= ' ' || byte > '~'; });
    const bool is_https = starts_without_case(uri, "https://");
    if (is_strange || (!is_https && !starts_without_case(uri, "http://"))) return std::nullopt;
    uri = uri.substr(0, uri.find_first_of("?#"));
    uri.remove_prefix(is_https ? 8 : 7);
    const std::size_t end = (std::min)(uri.find('/'), uri.size());
    const auto authority = plain_authority(uri.substr(0, end), is_https);
    if (!authority) return std::nullopt;
    const std::string path = without_dot_segments(with_one_encoding(uri.substr(end)));
    return (is_https ? "https://" : "http://") + *authority + (path.empty() ? "/" : path);
}

/// The path of a request target, in origin-form or absolute-form; empty for another form, also if a fragment follows
/// the path, which some stacks take for a part of it. RFC 9112 §3.2
[[nodiscard]] inline std::string_view path_of_target(std::string_view target) noexcept {
    target = target.substr(0, target.find('?'));
    if (target.find('#') != std::string_view::npos) return {};
    if (target.starts_with('/')) return target;
    const std::size_t authority = target.find("://");
    if (authority == std::string_view::npos) return {};
    const std::size_t path = target.find('/', authority + 3);
    return path == std::string_view::npos ? std::string_view{"/"} : target.substr(path);
}

/// The URI of a request in normal form.
///
/// \param base    scheme, host and, behind a proxy that removes a prefix of the path, that prefix: the part of the URL
///                before the request target, as clients write it.
/// \param target  as the server received it.
[[nodiscard]] inline std::optional<std::string> request_uri(std::string_view base, std::string_view target) {
    const std::string_view path = path_of_target(target);
    if (path.empty() || base.find_first_of("?#") != std::string_view::npos) return std::nullopt;
    while (base.ends_with('/')) base.remove_suffix(1);
    if (base.find("://") == std::string_view::npos) return std::nullopt;  // else `//host` in a target would be its host
    return plain_uri(std::string{base}.append(path));
}

}  // namespace credence::detail
