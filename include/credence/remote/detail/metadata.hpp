// SPDX-License-Identifier: MIT
// An issuer's metadata document: its location, and its contents. OpenID Connect Discovery 1.0 §4, RFC 8414 §3
#pragma once

#include <credence/remote/fetch_error.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/json/json_dom.hpp>
#include <credence/remote/detail/printable.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace credence::detail {

/// The possible locations of an issuer's document, in the order in which they are tried. OpenID Connect appends a path
/// to the issuer's, RFC 8414 §3.1 inserts one in front of it. Without a path the two differ only in the file's name.
[[nodiscard]] inline Result<std::vector<Url>, FetchError> metadata_urls(const Url& issuer) {
    if (issuer.has_query()) {
        return FetchError{FetchStage::url, quoted_for_log(issuer.text()) + ": an issuer's URL has no query"};
    }
    std::string_view path = issuer.path();
    if (path.ends_with('/')) path.remove_suffix(1);
    std::vector<Url> urls;
    for (const std::string& text : {issuer.origin().append(path).append("/.well-known/openid-configuration"),
                                    issuer.origin().append("/.well-known/oauth-authorization-server").append(path)}) {
        auto url = Url::parse(text);
        if (!url) return std::move(url).error();
        urls.push_back(*std::move(url));
    }
    return urls;
}

/// The contents of a metadata document.
struct Metadata {
    Url key_set;
};

/// A URL in a document. It may be https at any address (an issuer inside a cluster names an internal one), and http
/// only if the issuer's own URL is: a document from elsewhere must not direct requests to this machine.
[[nodiscard]] inline Result<Url, FetchError> url_of_document(const nlohmann::json& document, const char* name,
                                                             const Url& issuer) {
    const auto member = document.find(name);
    if (member == document.end() || !member->is_string()) {
        return FetchError{FetchStage::document, std::string{"the document has no "}.append(name)};
    }
    auto url = Url::parse(member->template get_ref<const std::string&>());
    if (!url) return FetchError{FetchStage::document, std::string{name}.append(" ").append(url.error().detail)};
    if (!url->is_https() && issuer.is_https()) {
        return FetchError{FetchStage::document, name + (" " + quoted_for_log(url->text())) +
                                                    ": http is allowed only if the issuer's own URL is http"};
    }
    return url;
}

/// Compares the issuer in a document with the expected one, byte for byte. RFC 8414 §3.3
[[nodiscard]] inline Result<void, FetchError> check_issuer(const nlohmann::json& document, const Url& issuer) {
    const auto member = document.find("issuer");
    if (member == document.end() || !member->is_string()) {
        return FetchError{FetchStage::document, "the document has no issuer"};
    }
    const std::string& found = member->template get_ref<const std::string&>();
    if (found == issuer.text()) return {};
    std::string detail = "expected " + quoted_for_log(issuer.text()) + ", the document says " + quoted_for_log(found);
    if (found + "/" == issuer.text() || issuer.text() + "/" == found)
        detail.append(": they differ in a slash at the end");
    return FetchError{FetchStage::issuer, std::move(detail)};
}

/// An issuer's document, as JSON. Only the members that are read below have an effect; the algorithms that it lists
/// have none.
[[nodiscard]] inline Result<nlohmann::json, FetchError> read_document(std::string_view text, const Url& issuer) {
    auto read = read_json(text);
    if (!read) return FetchError{FetchStage::document, std::string{credence::message(read.error().code)}};
    if (!read->is_object()) return FetchError{FetchStage::document, "the document is not a JSON object"};
    if (auto checked = check_issuer(*read, issuer); !checked) return std::move(checked).error();
    return *std::move(read);
}

/// The location of an issuer's keys.
[[nodiscard]] inline Result<Metadata, FetchError> read_metadata(std::string_view text, const Url& issuer) {
    const auto document = read_document(text, issuer);
    if (!document) return document.error();
    auto key_set = url_of_document(*document, "jwks_uri", issuer);
    if (!key_set) return std::move(key_set).error();
    return Metadata{*std::move(key_set)};
}

/// The introspection endpoint of an issuer; the document need not name keys. RFC 8414 §2
[[nodiscard]] inline Result<Url, FetchError> read_introspection_endpoint(std::string_view text, const Url& issuer) {
    const auto document = read_document(text, issuer);
    if (!document) return document.error();
    return url_of_document(*document, "introspection_endpoint", issuer);
}

}  // namespace credence::detail
