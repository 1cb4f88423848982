// SPDX-License-Identifier: MIT
// Protected resource metadata: the document by which a client of an API finds its authorization server. RFC 9728
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_writer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// The description that an API publishes of itself. Empty texts and lists are left out of the document. RFC 9728 §2
struct ResourceMetadata {
    std::string resource;                                 ///< The API's identifier: see `resource_metadata_url`.
    std::vector<std::string> authorization_servers = {};  ///< The issuers of tokens for it.
    std::vector<std::string> scopes_supported = {};       ///< The scopes that a client may ask for.
    std::string jwks_uri = {};                            ///< Where the API's own public keys are.
    std::string resource_name = {};                       ///< A name for people.
    std::string resource_documentation = {};              ///< A page for developers.
    std::string resource_policy_uri = {};                 ///< A page on how data may be used.
    std::string resource_tos_uri = {};                    ///< The terms of service.
    std::vector<std::string> bearer_methods_supported = {"header"};       ///< Where the token may be: RFC 6750 §2.
    std::vector<std::string> resource_signing_alg_values_supported = {};  ///< For signed answers of the API.
    std::vector<std::string> authorization_details_types_supported = {};  ///< RFC 9396
    std::vector<std::string> dpop_signing_alg_values_supported = {};      ///< The algorithms of DPoP proofs. RFC 9449
    bool dpop_bound_access_tokens_required = false;                       ///< Whether tokens must be bound by DPoP.
    bool tls_client_certificate_bound_access_tokens = false;              ///< Whether mTLS binds tokens. RFC 8705
};

namespace detail {

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

}  // namespace detail

/// The document to serve, as `application/json`, at the URL that `resource_metadata_url` gives. RFC 9728 §2, §3.2
///
/// ```cpp
/// const auto document = credence::protected_resource_metadata(
///     {.resource = "https://api.example/mcp", .authorization_servers = {"https://id.example"}});
/// ```
///
/// \return the JSON text; `invalid_claim_type`, which names the member, if `resource` is not acceptable to
///         `resource_metadata_url`, or a text is not UTF-8.
[[nodiscard]] inline Result<std::string> protected_resource_metadata(const ResourceMetadata& about) {
    if (!detail::is_resource_identifier(about.resource))
        return Error{Errc::invalid_claim_type, "resource", detail::why_no_resource};
    std::string document;
    detail::ResourceMetadataWriter writer{document};
    writer.text("resource", about.resource);
    writer.list("authorization_servers", about.authorization_servers);
    writer.list("scopes_supported", about.scopes_supported);
    writer.list("bearer_methods_supported", about.bearer_methods_supported);
    writer.text("jwks_uri", about.jwks_uri);
    writer.text("resource_name", about.resource_name);
    writer.text("resource_documentation", about.resource_documentation);
    writer.text("resource_policy_uri", about.resource_policy_uri);
    writer.text("resource_tos_uri", about.resource_tos_uri);
    writer.list("resource_signing_alg_values_supported", about.resource_signing_alg_values_supported);
    writer.list("authorization_details_types_supported", about.authorization_details_types_supported);
    writer.list("dpop_signing_alg_values_supported", about.dpop_signing_alg_values_supported);
    writer.flag("dpop_bound_access_tokens_required", about.dpop_bound_access_tokens_required);
    writer.flag("tls_client_certificate_bound_access_tokens", about.tls_client_certificate_bound_access_tokens);
    if (const std::string_view member = writer.finish(); !member.empty())
        return Error{Errc::invalid_claim_type, std::string{member}, "the text is not UTF-8"};
    return document;
}

/// The URL of a resource's document, for `Challenge::resource_metadata`: the well-known path, inserted between the host
/// and the path of the resource. `https://api.example/mcp` gives
/// `https://api.example/.well-known/oauth-protected-resource/mcp`. RFC 9728 §3.1
///
/// \param resource  an https URL without a fragment. For development, an http URL is accepted too, if its host is
///                  `127.0.0.1`, `[::1]` or `localhost`.
/// \return the URL; `invalid_claim_type` for any other text.
[[nodiscard]] inline Result<std::string> resource_metadata_url(std::string_view resource) {
    if (!detail::is_resource_identifier(resource))
        return Error{Errc::invalid_claim_type, "resource", detail::why_no_resource};
    const std::size_t host_end = detail::end_of_authority(resource);
    std::string_view rest = resource.substr(host_end);
    if (rest.starts_with('/') && (rest.size() == 1 || rest[1] == '?')) rest.remove_prefix(1);
    std::string url{resource.substr(0, host_end)};
    return url.append(detail::well_known_resource).append(rest);
}

}  // namespace credence
