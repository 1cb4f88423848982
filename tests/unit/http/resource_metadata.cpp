// SPDX-License-Identifier: MIT
// The document of RFC 9728, and its URL.
#include <credence/http/resource_metadata.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using credence::Errc;
using credence::protected_resource_metadata;
using credence::resource_metadata_url;
using credence::ResourceMetadata;

TEST_CASE("a document has the given members, and says that tokens belong in the header") {
    const auto document = protected_resource_metadata({.resource = "https://api.example/mcp",
                                                       .authorization_servers = {"https://id.example", "https://b"},
                                                       .scopes_supported = {"files:read"}});
    REQUIRE(document);
    CHECK(*document ==
          R"({"resource":"https://api.example/mcp","authorization_servers":["https://id.example","https://b"],)"
          R"("scopes_supported":["files:read"],"bearer_methods_supported":["header"]})");
}

TEST_CASE("every member has the name that RFC 9728 gives it") {
    const auto document = protected_resource_metadata({.resource = "https://api.example",
                                                       .authorization_servers = {"1"},
                                                       .scopes_supported = {"2"},
                                                       .jwks_uri = "3",
                                                       .resource_name = "4",
                                                       .resource_documentation = "5",
                                                       .resource_policy_uri = "6",
                                                       .resource_tos_uri = "7",
                                                       .bearer_methods_supported = {"header", "body"},
                                                       .resource_signing_alg_values_supported = {"8"},
                                                       .authorization_details_types_supported = {"9"},
                                                       .dpop_signing_alg_values_supported = {"10", "11"},
                                                       .dpop_bound_access_tokens_required = true,
                                                       .tls_client_certificate_bound_access_tokens = true});
    const auto expected = nlohmann::json::parse(R"({
        "resource": "https://api.example", "authorization_servers": ["1"], "scopes_supported": ["2"], "jwks_uri": "3",
        "resource_name": "4", "resource_documentation": "5", "resource_policy_uri": "6", "resource_tos_uri": "7",
        "bearer_methods_supported": ["header", "body"], "resource_signing_alg_values_supported": ["8"],
        "authorization_details_types_supported": ["9"], "dpop_signing_alg_values_supported": ["10", "11"],
        "dpop_bound_access_tokens_required": true, "tls_client_certificate_bound_access_tokens": true})");
    CHECK(nlohmann::json::parse(document.value()) == expected);
}

TEST_CASE("texts are escaped as JSON") {
    const auto document =
        protected_resource_metadata({.resource = "https://api.example", .resource_name = "a\"b\\c\n\xc3\xa9"});
    CHECK(nlohmann::json::parse(document.value())["resource_name"] == "a\"b\\c\n\xc3\xa9");
    CHECK_THAT(*document, support::contains_text(R"("a\"b\\c\n)"));
}

TEST_CASE("a text that is not UTF-8 is refused, and its member is named") {
    const auto of_text = protected_resource_metadata({.resource = "https://api.example", .resource_name = "\xff"});
    REQUIRE_FALSE(of_text);
    CHECK(of_text.error() == credence::Error{Errc::invalid_claim_type, "resource_name", "the text is not UTF-8"});
    const auto of_list = protected_resource_metadata(
        {.resource = "https://api.example", .scopes_supported = {"a", "\xc3", "b"}, .resource_name = "\xff"});
    CHECK(of_list.error().claim == "scopes_supported");
}

TEST_CASE("a resource is an https URL without a fragment") {
    for (const std::string resource :
         {"", "api.example", "http://api.example", "https://", "https:///path", "https://?x", "https://:443",
          "https://a#b", "https://a b", "https://a\"", "https://a\r\nX: y", "https://a\x7f", "https://\xc3\xa9"}) {
        INFO(resource);
        const auto document = protected_resource_metadata({.resource = resource});
        REQUIRE_FALSE(document);
        CHECK(document.error().code == Errc::invalid_claim_type);
        CHECK(document.error().claim == "resource");
        CHECK_FALSE(document.error().reason.empty());
        CHECK_FALSE(resource_metadata_url(resource));
    }
    CHECK(protected_resource_metadata({.resource = "https://[::1]:8443/a%20b?c=d"}));
}

TEST_CASE("a resource may be an http URL of a loopback address, and of no other") {
    for (const std::string resource : {"http://127.0.0.1", "http://127.0.0.1:3000/mcp", "http://localhost:1?a",
                                       "http://[::1]:3000/mcp", "http://localhost/mcp"}) {
        INFO(resource);
        CHECK(protected_resource_metadata({.resource = resource}));
        CHECK(resource_metadata_url(resource));
    }
    CHECK(resource_metadata_url("http://127.0.0.1:3000/mcp").value() ==
          "http://127.0.0.1:3000/.well-known/oauth-protected-resource/mcp");
    for (const std::string resource :
         {"http://", "http:///mcp", "http://127.0.0.1.evil/mcp", "http://127.0.0.1@evil/", "http://127.0.0.1:80@evil/",
          "http://127.0.0.1:", "http://127.0.0.1:x", "http://localhostx/", "http://localhost.evil",
          "http://user@localhost", "http://127.0.0.2/", "http://[::1", "http://[::1]x", "http://api.example/localhost",
          "http://0.0.0.0/", "http://127.0.0.1/#a", "ftp://localhost/", "http:localhost", "HTTP://localhost"}) {
        INFO(resource);
        CHECK(protected_resource_metadata({.resource = resource}).error().claim == "resource");
        CHECK_FALSE(resource_metadata_url(resource));
    }
}

TEST_CASE("the well-known path is inserted between the host and the path") {
    const auto url_of = [](std::string_view resource) { return resource_metadata_url(resource).value(); };
    const std::string well_known = "https://api.example/.well-known/oauth-protected-resource";
    CHECK(url_of("https://api.example") == well_known);
    CHECK(url_of("https://api.example/") == well_known);
    CHECK(url_of("https://api.example/mcp") == well_known + "/mcp");
    CHECK(url_of("https://api.example/a/b/") == well_known + "/a/b/");
    CHECK(url_of("https://api.example?k=v") == well_known + "?k=v");
    CHECK(url_of("https://api.example/?k=v/w") == well_known + "?k=v/w");
    CHECK(url_of("https://api.example/a?k=v") == well_known + "/a?k=v");
    CHECK(url_of("https://api.example:8443/a") == "https://api.example:8443/.well-known/oauth-protected-resource/a");
}
