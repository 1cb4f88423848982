// SPDX-License-Identifier: MIT
// Url: a URL that keys may be fetched from, strictly parsed. RFC 3986
#pragma once

#include <credence/remote/fetch_error.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/remote/detail/host.hpp>
#include <credence/remote/detail/printable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credence {

/// A URL that keys may be fetched from: `https` to any host, or `http` to this machine itself, which is `127.0.0.0/8`,
/// `[::1]` or `localhost`.
///
/// It is parsed by the grammar, and never compared by prefix: `http://127.0.0.1.evil.example/` is refused, and so is a
/// loopback address in the user information of another host. User information, fragments and dot segments are not
/// allowed, and an address has only one spelling.
class Url {
public:
    /// The longest URL, in bytes.
    static constexpr std::size_t max_bytes = 2048;

    /// Reads an absolute URL.
    ///
    /// \return the URL; or stage `url`, with the text and its error. User information is left out of the text.
    [[nodiscard]] static Result<Url, FetchError> parse(std::string_view text);

    /// The original text.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Whether the connection is protected by TLS.
    [[nodiscard]] bool is_https() const noexcept { return is_https_; }
    /// The host in lower case; an IPv6 address without its brackets.
    [[nodiscard]] const std::string& host() const noexcept { return host_.text; }
    /// The port: 443 or 80 if the URL has none.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// The request target: the path, `/` if it is empty, and the query after `?`.
    [[nodiscard]] const std::string& target() const noexcept { return target_; }
    /// The path, at least `/`.
    [[nodiscard]] std::string_view path() const noexcept { return std::string_view{target_}.substr(0, path_size_); }
    /// Whether there is a query.
    [[nodiscard]] bool has_query() const noexcept { return path_size_ < target_.size(); }
    /// Scheme, host and port, as in `https://id.example:8443`.
    [[nodiscard]] std::string origin() const { return (is_https_ ? "https://" : "http://") + authority(); }
    /// The value of a request's `Host` field: the host, and the port unless it is the scheme's own. RFC 9110 §7.2
    [[nodiscard]] std::string authority() const {
        const std::string host = host_.is_ipv6 ? "[" + host_.text + "]" : host_.text;
        return port_ == (is_https_ ? 443 : 80) ? host : host + ":" + std::to_string(port_);
    }
    /// Whether the host is this machine. A transport connects `localhost` only to 127.0.0.1 or [::1], whatever a name
    /// server says (RFC 8252 §8.3).
    [[nodiscard]] bool is_loopback() const noexcept { return host_.is_loopback; }

private:
    Url() = default;

    /// Parses the text after `://`. \return why it is refused, or an empty text.
    [[nodiscard]] std::string_view read(std::string_view rest);
    [[nodiscard]] std::string_view read_authority(std::string_view authority);
    [[nodiscard]] std::string_view read_target(std::string_view target);

    std::string text_;
    detail::Host host_;
    std::string target_;
    std::size_t path_size_ = 0;
    std::uint16_t port_ = 0;
    bool is_https_ = false;
};

namespace detail {

/// Whether all characters of a path or query are allowed there by RFC 3986 §3.3 and §3.4.
[[nodiscard]] inline bool is_path_or_query(std::string_view text) noexcept {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/?";
    for (std::size_t index = 0; index < text.size(); ++index) {
        const char character = text[index];
        if (character == '%') {
            const std::string_view code = text.substr(index + 1, 2);
            if (code.size() < 2 || !is_hex_digit(code[0]) || !is_hex_digit(code[1])) return false;
        } else if (!is_letter(character) && !is_digit(character) && others.find(character) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

/// Whether a segment of a path is `.` or `..`, in any encoding: some clients remove it, some do not.
[[nodiscard]] inline bool has_dot_segment(std::string_view path) {
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = (std::min)(path.find('/'), path.size());
        std::string segment;
        for (std::size_t index = 0; index < end; ++index) {
            const bool is_encoded_dot = path[index] == '%' && path.substr(index + 1, 1) == "2" &&
                                        (path.substr(index + 2, 1) == "e" || path.substr(index + 2, 1) == "E");
            segment.push_back(is_encoded_dot ? '.' : path[index]);
            if (is_encoded_dot) index += 2;
        }
        if (segment == "." || segment == "..") return true;
        path.remove_prefix(end);
    }
    return false;
}

/// Whether the text after `://` begins with a host, and perhaps a port: what follows then is no user information.
[[nodiscard]] inline bool begins_with_host(std::string_view text) noexcept {
    const std::string_view authority = text.substr(0, text.find_first_of("/?#"));
    const std::string_view port = authority.substr((std::min)(authority.find(':'), authority.size()));
    return !authority.empty() && authority.find('@') == std::string_view::npos &&
           port.find_first_not_of(":0123456789") == std::string_view::npos;
}

/// A refused URL for a log. The text before an at sign may be a password, and is not shown. If the URL is broken
/// elsewhere, too, no text before its last at sign is shown.
[[nodiscard]] inline std::string shown_url(std::string_view text) {
    const std::size_t scheme = text.find("://");
    const bool has_scheme = scheme != std::string_view::npos && text.find_first_of("@:") == scheme;
    const std::size_t begin = has_scheme ? scheme + 3 : 0;
    const std::string_view rest = text.substr(begin);
    if (has_scheme && begins_with_host(rest)) return std::string{text};
    std::size_t at = rest.substr(0, rest.find_first_of("/?#")).rfind('@');
    if (!has_scheme || at == std::string_view::npos) at = rest.rfind('@');
    if (at == std::string_view::npos) return std::string{text};
    return std::string{text.substr(0, begin)}.append("...").append(rest.substr(at));
}

}  // namespace detail

inline Result<Url, FetchError> Url::parse(std::string_view text) {
    Url url;
    std::string_view fault = "a URL for keys begins with https://, or with http:// for this machine";
    if (text.size() > max_bytes) {
        fault = "the URL is longer than 2048 bytes";
    } else if (detail::starts_without_case(text, "https://")) {
        url.is_https_ = true;
        fault = url.read(text.substr(8));
    } else if (detail::starts_without_case(text, "http://")) {
        fault = url.read(text.substr(7));
    }
    if (!fault.empty()) {
        return FetchError{FetchStage::url, detail::quoted_for_log(detail::shown_url(text)).append(": ").append(fault)};
    }
    url.text_ = text;
    return url;
}

inline std::string_view Url::read(std::string_view rest) {
    if (rest.find('#') != std::string_view::npos) return "a URL for keys has no fragment";
    const std::size_t end = (std::min)(rest.find_first_of("/?"), rest.size());
    if (const std::string_view fault = read_authority(rest.substr(0, end)); !fault.empty()) return fault;
    if (!is_https_ && !host_.is_loopback) {
        return "http is for 127.0.0.0/8, [::1] and localhost only; write https";
    }
    return read_target(rest.substr(end));
}

inline std::string_view Url::read_authority(std::string_view authority) {
    if (authority.find('@') != std::string_view::npos)
        return "a URL for keys has no user information in front of its host";
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    host_ = detail::read_host(authority.substr(0, colon));
    if (!host_.fault.empty()) return host_.fault;
    port_ = is_https_ ? 443 : 80;
    if (colon == std::string_view::npos) return {};
    const std::string_view digits = authority.substr(colon + 1);
    const auto port = digits.starts_with('0') ? std::nullopt : detail::whole_number(digits, 10, 65535);
    if (!port) return "the port is not a number from 1 to 65535";
    port_ = static_cast<std::uint16_t>(*port);
    return {};
}

inline std::string_view Url::read_target(std::string_view target) {
    if (!detail::is_path_or_query(target)) return "the path or the query has a character that a URL cannot have";
    if (!target.starts_with('/')) target_.push_back('/');
    target_.append(target);
    path_size_ = (std::min)(target_.find('?'), target_.size());
    if (detail::has_dot_segment(path())) return "the path has a dot segment";
    return {};
}

}  // namespace credence
