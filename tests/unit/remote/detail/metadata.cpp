// SPDX-License-Identifier: MIT
// The URLs of an issuer's metadata document, and which documents are accepted.
#include <credence/remote/detail/metadata.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/published.hpp"

using namespace credence;
using detail::metadata_urls;
using detail::read_introspection_endpoint;
using detail::read_metadata;
using support::published_document;

namespace {

std::vector<std::string> places(std::string_view issuer) {
    std::vector<std::string> texts;
    for (const Url& url : metadata_urls(Url::parse(issuer).value()).value()) texts.push_back(url.text());
    return texts;
}

FetchError fault(std::string_view document, std::string_view issuer = "https://id.example") {
    return read_metadata(document, Url::parse(issuer).value()).error();
}

}  // namespace

TEST_CASE("the document's URL is below the issuer's path, or has RFC 8414's inserted path", "[metadata]") {
    using Texts = std::vector<std::string>;
    CHECK(places("https://id.example") == Texts{"https://id.example/.well-known/openid-configuration",
                                                "https://id.example/.well-known/oauth-authorization-server"});
    CHECK(places("https://id.example/") == places("https://id.example"));
    CHECK(places("https://id.example:8443/realms/one") ==
          Texts{"https://id.example:8443/realms/one/.well-known/openid-configuration",
                "https://id.example:8443/.well-known/oauth-authorization-server/realms/one"});
    CHECK(places("https://id.example/one/") == places("https://id.example/one"));
    CHECK(places("http://[::1]:80/one").front() == "http://[::1]/one/.well-known/openid-configuration");
    CHECK(metadata_urls(Url::parse("https://id.example/?tenant=1").value()).error().stage == FetchStage::url);
}

TEST_CASE("a document names the set's URL and the introspection endpoint", "[metadata]") {
    const Url issuer = Url::parse("https://id.example/one").value();
    const auto read =
        read_metadata(published_document("https://id.example/one", "https://keys.example/set"), issuer).value();
    CHECK(read.key_set.text() == "https://keys.example/set");
    const std::string more = R"({"issuer":"https://id.example/one","jwks_uri":"https://10.0.0.1/set",
        "id_token_signing_alg_values_supported":["none"],"introspection_endpoint":"https://id.example/introspect"})";
    CHECK(read_metadata(more, issuer).value().key_set.host() == "10.0.0.1");
    CHECK(read_introspection_endpoint(more, issuer).value().text() == "https://id.example/introspect");
    const std::string no_keys =
        R"({"issuer":"https://id.example/one","introspection_endpoint":"https://id.example/introspect"})";
    CHECK(read_introspection_endpoint(no_keys, issuer).has_value());
    CHECK(read_metadata(no_keys, issuer).error().stage == FetchStage::document);
}

TEST_CASE("the issuer is compared byte for byte, and the error shows both values", "[metadata]") {
    const auto mismatch = [](std::string_view said) {
        const FetchError error = fault(published_document(said, "https://id.example/set"));
        CHECK(error.stage == FetchStage::issuer);
        return error.detail;
    };
    CHECK(mismatch("https://id.example/") ==
          "expected 'https://id.example', the document says 'https://id.example/': they differ in a slash at the end");
    CHECK(mismatch("https://ID.example") == "expected 'https://id.example', the document says 'https://ID.example'");
    CHECK(mismatch("https://id.example:443") ==
          "expected 'https://id.example', the document says 'https://id.example:443'");
    CHECK(mismatch("https://evil.example") ==
          "expected 'https://id.example', the document says 'https://evil.example'");
    CHECK(mismatch("") == "expected 'https://id.example', the document says ''");
    CHECK(mismatch(std::string(5000, 'x')).size() < 400);
    CHECK(mismatch(R"(a\u001b[31m\n)") == "expected 'https://id.example', the document says 'a\\x1b[31m\\x0a'");
}

TEST_CASE("an invalid document is refused", "[metadata]") {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    for (const std::string& text :
         {std::string{}, std::string{"null"}, std::string{"[]"}, std::string{"{}"}, std::string{"<html>"}, deep,
          std::string{R"({"issuer":"https://id.example"})"},
          std::string{R"({"issuer":null,"jwks_uri":"https://id.example/set"})"},
          std::string{R"({"issuer":["https://id.example"],"jwks_uri":"https://id.example/set"})"},
          std::string{R"({"issuer":"https://id.example","jwks_uri":7})"},
          std::string{
              R"({"issuer":"https://evil.example","issuer":"https://id.example","jwks_uri":"https://id.example/s"})"},
          std::string{R"({"issuer":"https://id.example","jwks_uri":"https://id.example/set"}x)"}}) {
        CAPTURE(text);
        CHECK(fault(text).stage == FetchStage::document);
    }
}

TEST_CASE("the URLs of a document must be https, or http on loopback if the issuer's own URL is", "[metadata]") {
    for (const char* url :
         {"http://127.0.0.1:8080/set", "http://localhost/set", "http://10.0.0.1/set", "http://id.example/set",
          "file:///etc/passwd", "set", "/set", "https://a@id.example/set", "http://127.0.0.1:80@evil/"}) {
        CAPTURE(url);
        CHECK(fault(published_document("https://id.example", url)).stage == FetchStage::document);
    }
    CHECK(fault(published_document("https://id.example", "http://127.0.0.1/set")).detail ==
          "jwks_uri 'http://127.0.0.1/set': http is allowed only if the issuer's own URL is http");
    const Url local = Url::parse("http://127.0.0.1:9000").value();
    CHECK(read_metadata(published_document("http://127.0.0.1:9000", "http://127.0.0.1:9001/set"), local));
    CHECK(read_metadata(published_document("http://127.0.0.1:9000", "https://10.0.0.1/set"), local));
    CHECK_FALSE(read_metadata(published_document("http://127.0.0.1:9000", "http://10.0.0.1/set"), local));
}

TEST_CASE("a document without a usable introspection endpoint is refused", "[metadata]") {
    const Url issuer = Url::parse("https://id.example").value();
    const auto stage = [&](std::string_view document) {
        return read_introspection_endpoint(document, issuer).error().stage;
    };
    CHECK(stage(R"({"issuer":"https://id.example","introspection_endpoint":"http://127.0.0.1/introspect"})") ==
          FetchStage::document);
    CHECK(stage(R"({"issuer":"https://id.example"})") == FetchStage::document);
    CHECK(stage(R"({"issuer":"https://other.example","introspection_endpoint":"https://id.example/i"})") ==
          FetchStage::issuer);
}
