// SPDX-License-Identifier: MIT
// The host of a URL: a name, or an address in its canonical form, and whether it is this machine. RFC 3986 §3.2.2
#pragma once

#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace credence::detail {

/// An IPv4 address: four decimal octets without leading zeros. Programs disagree about other spellings (`127.1`,
/// `0x7f000001`).
[[nodiscard]] inline std::optional<std::array<unsigned, 4>> parse_ipv4(std::string_view text) noexcept {
    std::array<unsigned, 4> octets{};
    for (std::size_t index = 0; index < octets.size(); ++index) {
        const std::size_t end = index + 1 < octets.size() ? text.find('.') : text.size();
        if (end > 3 || (end > 1 && text.front() == '0')) return std::nullopt;
        const auto octet = whole_number(text.substr(0, end), 10, 255);
        if (!octet) return std::nullopt;
        octets[index] = *octet;
        text.remove_prefix((std::min)(end + 1, text.size()));
    }
    return octets;
}

/// The 16-bit groups of a part of an IPv6 address; an IPv4 address at its end counts as two.
struct Ipv6Groups {
    std::array<unsigned, 8> values{};
    std::size_t count = 0;

    /// Reads groups that are separated by single colons. \return false if one is malformed, or there are too many.
    [[nodiscard]] bool read(std::string_view text) noexcept {
        while (!text.empty()) {
            const std::size_t end = (std::min)(text.find(':'), text.size());
            const std::string_view group = text.substr(0, end);
            if (!(end == text.size() && group.find('.') != std::string_view::npos ? add_ipv4(group) : add(group)))
                return false;
            if (end + 1 == text.size()) return false;  // a colon at the end
            text.remove_prefix((std::min)(end + 1, text.size()));
        }
        return true;
    }

private:
    [[nodiscard]] bool add(std::string_view group) noexcept {
        const auto value = group.size() > 4 ? std::nullopt : whole_number(group, 16, 0xffff);
        if (!value || count == values.size()) return false;
        values[count++] = *value;
        return true;
    }

    [[nodiscard]] bool add_ipv4(std::string_view text) noexcept {
        const auto octets = parse_ipv4(text);
        if (!octets || count + 2 > values.size()) return false;
        values[count++] = (*octets)[0] << 8 | (*octets)[1];
        values[count++] = (*octets)[2] << 8 | (*octets)[3];
        return true;
    }
};

/// An IPv6 address, without brackets and without a zone. RFC 4291 §2.2
[[nodiscard]] inline std::optional<std::array<unsigned, 8>> parse_ipv6(std::string_view text) noexcept {
    const std::size_t gap = text.find("::");
    Ipv6Groups head;
    Ipv6Groups tail;
    if (!head.read(text.substr(0, gap))) return std::nullopt;
    if (gap == std::string_view::npos) return head.count == 8 ? std::optional{head.values} : std::nullopt;
    if (text.substr(0, gap).find('.') != std::string_view::npos) return std::nullopt;  // IPv4 comes last
    // A second "::", or ":::", leaves an empty group, which is malformed.
    if (!tail.read(text.substr(gap + 2)) || head.count + tail.count > 7) return std::nullopt;
    for (std::size_t index = 0; index < tail.count; ++index) {
        head.values[8 - tail.count + index] = tail.values[index];
    }
    return head.values;
}

/// A parsed host.
struct Host {
    std::string text = {};        ///< in lower case, an IPv6 address without its brackets
    bool is_ipv6 = false;         ///< so it is written in brackets
    bool is_loopback = false;     ///< 127.0.0.0/8, [::1] or localhost
    std::string_view fault = {};  ///< why it is refused; empty if it is acceptable
};

/// Whether a resolver would take the name for a number: its last label is one. WHATWG URL, "ends in a number"
[[nodiscard]] inline bool ends_in_number(std::string_view name) noexcept {
    const std::size_t dot = name.rfind('.');
    std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
    if (last.starts_with("0x")) {
        last.remove_prefix(2);
        return std::all_of(last.begin(), last.end(), is_hex_digit);
    }
    return std::all_of(last.begin(), last.end(), is_digit);
}

/// Whether a name has letters, digits, hyphens and underscores in labels of 1 to 63, and at most 253 in all. RFC 1123
/// §2.1; underscores occur in the names of services within a cluster.
[[nodiscard]] inline bool is_host_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > 253) return false;
    std::size_t length = 0;
    for (const char character : name) {
        if (character == '.' ? length == 0
                             : !is_letter(character) && !is_digit(character) && character != '-' && character != '_') {
            return false;
        }
        length = character == '.' ? 0 : length + 1;
        if (length > 63) return false;
    }
    return length > 0;
}

/// Reads a host as written in a URL, without a port.
[[nodiscard]] inline Host read_host(std::string_view text) {
    Host host;
    if (text.starts_with('[')) {
        host.is_ipv6 = true;
        const auto groups = text.ends_with(']') ? parse_ipv6(text.substr(1, text.size() - 2)) : std::nullopt;
        if (!groups) return {.fault = "the address in brackets is not an IPv6 address"};
        host.is_loopback = *groups == std::array<unsigned, 8>{0, 0, 0, 0, 0, 0, 0, 1};
        text = text.substr(1, text.size() - 2);
    }
    std::transform(text.begin(), text.end(), std::back_inserter(host.text), to_lower);
    if (host.is_ipv6) return host;
    if (!is_host_name(host.text)) return {.fault = "the host is not a name or an address"};
    if (const auto octets = parse_ipv4(host.text)) {
        host.is_loopback = octets->front() == 127;
    } else if (ends_in_number(host.text)) {
        return {.fault = "the host is neither a name nor an IPv4 address of four decimal numbers"};
    } else {
        host.is_loopback = host.text == "localhost";
    }
    return host;
}

}  // namespace credence::detail
