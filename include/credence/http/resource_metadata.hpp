// SPDX-License-Identifier: MIT
// Protected resource metadata: the document by which a client of an API finds its authorization server. RFC 9728
#pragma once

#include <credence/error.hpp>
#include <credence/result.hpp>
#include <credence/http/detail/resource_document.hpp>

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
