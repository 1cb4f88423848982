// SPDX-License-Identifier: MIT
// An issuer's metadata document: where it is, and what is read from it. OpenID Connect Discovery 1.0 §4, RFC 8414 §3
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

/// The places where the document of an issuer may be, in the order in which they are tried: OpenID Connect appends a
/// path to the issuer's, RFC 8414 §3.1 inserts one in front of it. Without a path the two differ in their names alone.
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

/// What is read from a metadata document.
struct Metadata {
    Url key_set;
};

/// The URL that a document names. It may be https at any address (an issuer inside a cluster names an inner one), and
/// http only if the issuer itself is at such an address: a document from elsewhere must not send us to this machine.
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

/// Compares the issuer that a document names with the one that was asked for, byte for byte. RFC 8414 §3.3
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

/// The document of an issuer, as JSON. Only the members that are read below have an effect; the algorithms it lists
/// have none.
[[nodiscard]] inline Result<nlohmann::json, FetchError> read_document(std::string_view text, const Url& issuer) {
    auto read = read_json(text);
    if (!read) return FetchError{FetchStage::document, std::string{credence::message(read.error().code)}};
    if (!read->is_object()) return FetchError{FetchStage::document, "the document is not a JSON object"};
    if (auto checked = check_issuer(*read, issuer); !checked) return std::move(checked).error();
    return *std::move(read);
}

/// Where the keys of an issuer are.
[[nodiscard]] inline Result<Metadata, FetchError> read_metadata(std::string_view text, const Url& issuer) {
    const auto document = read_document(text, issuer);
    if (!document) return document.error();
    auto key_set = url_of_document(*document, "jwks_uri", issuer);
    if (!key_set) return std::move(key_set).error();
    return Metadata{*std::move(key_set)};
}

/// Where an issuer says whether a token is active; the document need not name keys. RFC 8414 §2
[[nodiscard]] inline Result<Url, FetchError> read_introspection_endpoint(std::string_view text, const Url& issuer) {
    const auto document = read_document(text, issuer);
    if (!document) return document.error();
    return url_of_document(*document, "introspection_endpoint", issuer);
}

}  // namespace credence::detail
