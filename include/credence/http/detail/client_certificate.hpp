// SPDX-License-Identifier: MIT
// The client's certificate of a request: from the connection, or from a field that a proxy set. RFC 9440
#pragma once

#include <credence/http/request_verifier.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/detail/encoding/base64url.hpp>
#include <credence/detail/encoding/percent.hpp>
#include <credence/http/detail/dpop_claims.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// Where a certificate may come from, besides the connection.
struct CertificateSource {
    std::vector<std::string> proxies;
    std::string field;
};

/// The longest value of a field with a certificate, in bytes.
inline constexpr std::size_t longest_certificate_field = 64 * 1024;

/// Decodes padded base64 of the standard alphabet; nullopt if it is anything else. RFC 4648 §4
[[nodiscard]] inline std::optional<std::string> decode_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0) return std::nullopt;
    for (int signs = 0; signs < 2 && text.ends_with('='); ++signs) text.remove_suffix(1);
    if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
    std::string url{text};
    std::replace(url.begin(), url.end(), '+', '-');
    std::replace(url.begin(), url.end(), '/', '_');
    return decode_base64url(url);
}

/// The DER of the only certificate in a PEM text. RFC 7468 §5
[[nodiscard]] inline std::optional<std::string> der_of_pem(std::string_view pem) {
    constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----", end = "-----END CERTIFICATE-----";
    const std::size_t first = pem.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || !pem.substr(first).starts_with(begin)) return std::nullopt;
    pem.remove_prefix(first + begin.size());
    const std::size_t last = pem.find(end);
    if (last == std::string_view::npos) return std::nullopt;
    if (pem.find_first_not_of(" \t\r\n", last + end.size()) != std::string_view::npos) return std::nullopt;
    std::string text{pem.substr(0, last)};
    std::erase_if(text, [](char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; });
    return decode_base64(text);
}

/// The certificate in a field: `:base64:` (RFC 9440 §2.1), or percent-encoded PEM, as in nginx's variable
/// `$ssl_client_escaped_cert`. Nullopt if it is neither.
[[nodiscard]] inline std::optional<std::string> certificate_of_field(std::string_view value) {
    value = trimmed(value);
    if (value.size() > longest_certificate_field) return std::nullopt;
    if (value.starts_with(':')) {
        if (value.size() < 2 || !value.ends_with(':')) return std::nullopt;
        return decode_base64(value.substr(1, value.size() - 2));
    }
    const auto pem = percent_decoded(value);
    return pem ? der_of_pem(*pem) : std::nullopt;
}

/// The client's certificate, DER. The connection's own certificate always counts. A field counts only if the connection
/// has none, and only from a listed proxy.
[[nodiscard]] inline Result<std::string> client_certificate(const RequestContext& context,
                                                            const CertificateSource& source) {
    const auto refused = [](std::string_view reason) { return Error{Errc::invalid_proof, {}, reason}; };
    if (!context.client_certificate.empty()) return std::string{context.client_certificate};
    const bool is_from_proxy = !context.peer_address.empty() && std::find(source.proxies.begin(), source.proxies.end(),
                                                                          context.peer_address) != source.proxies.end();
    if (!is_from_proxy) return refused("the connection has no client certificate");
    const HeaderValue field = context.field(source.field);
    if (field.is_repeated()) return refused("the request has more than one field with a certificate");
    if (field.view().empty()) return refused("the proxy passed on no client certificate");
    auto certificate = certificate_of_field(field.view());
    if (!certificate) return refused("the field does not hold a certificate in a known form");
    return *std::move(certificate);
}

/// Checks that the client's certificate is the one that a token names. `invalid_proof` if it is another, or missing.
[[nodiscard]] inline Result<void> check_thumbprint(std::string_view x5t_s256, const RequestContext& context,
                                                   const CertificateSource& source) {
    const auto certificate = client_certificate(context, source);
    if (!certificate) return certificate.error();
    const std::string thumbprint = sha256_text(*certificate);
    if (thumbprint.empty() || thumbprint != x5t_s256)
        return Error{Errc::invalid_proof, "x5t#S256", "the client's certificate is not the one that the token names"};
    return {};
}

}  // namespace credence::detail
