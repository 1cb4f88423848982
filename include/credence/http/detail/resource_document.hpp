// SPDX-License-Identifier: MIT
// Which URLs identify a protected resource, and the writer of its document. RFC 9728
#pragma once

#include <credence/detail/json/json_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

inline constexpr std::string_view well_known_resource = "/.well-known/oauth-protected-resource";
inline constexpr std::string_view why_no_resource =
    "a resource is an https URL without a fragment, or an http URL of a loopback address";

/// Where the path or the query of an absolute URL begins; its size if it has neither.
[[nodiscard]] constexpr std::size_t end_of_authority(std::string_view url) noexcept {
    return (std::min)(url.find_first_of("/?", url.find("://") + 3), url.size());
}

/// A loopback address or `localhost`, perhaps with a port. It cannot be another machine, so it needs no TLS.
[[nodiscard]] constexpr bool is_loopback_authority(std::string_view authority) noexcept {
    for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
        if (!authority.starts_with(host)) continue;
        const std::string_view port = authority.substr(host.size());
        return port.empty() || (port.size() > 1 && port.front() == ':' &&
                                port.find_first_not_of("0123456789", 1) == std::string_view::npos);
    }
    return false;
}

/// An https URL with a host, without a fragment, and without characters that a URL cannot have. RFC 9728 §1.2
[[nodiscard]] constexpr bool is_resource_identifier(std::string_view url) noexcept {
    for (const char byte : url) {
        if (byte <= 0x20 || byte >= 0x7f || std::string_view{R"("#<>\^`{|})"}.find(byte) != std::string_view::npos)
            return false;
    }
    const bool is_https = url.starts_with("https://");
    if (!is_https && !url.starts_with("http://")) return false;
    const std::size_t host = url.find("://") + 3;
    const std::string_view authority = url.substr(host, end_of_authority(url) - host);
    return is_https ? !authority.empty() && authority.front() != ':' : is_loopback_authority(authority);
}

/// Writes the members that are set. Records the first that is not UTF-8.
class ResourceMetadataWriter {
public:
    explicit ResourceMetadataWriter(std::string& out) : json_(out) { json_.open('{'); }

    void text(std::string_view name, std::string_view value) {
        if (!value.empty()) note(name, json_.name(name) && json_.string(value));
    }
    void list(std::string_view name, const std::vector<std::string>& values) {
        if (values.empty()) return;
        bool is_utf8 = json_.name(name);
        json_.open('[');
        for (const std::string& value : values) {
            json_.element();
            is_utf8 = json_.string(value) && is_utf8;
        }
        json_.close(']');
        note(name, is_utf8);
    }
    void flag(std::string_view name, bool value) {
        if (!value) return;
        note(name, json_.name(name));
        json_.boolean(true);
    }

    /// Ends the document. \return the name of the first member that is not UTF-8; empty if all are.
    [[nodiscard]] std::string_view finish() {
        json_.close('}');
        return not_utf8_;
    }

private:
    void note(std::string_view name, bool is_utf8) noexcept {
        if (!is_utf8 && not_utf8_.empty()) not_utf8_ = name;
    }

    JsonWriter json_;
    std::string_view not_utf8_ = {};
};

}  // namespace credence::detail
