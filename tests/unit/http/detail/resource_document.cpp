// SPDX-License-Identifier: MIT
// Identifiers of protected resources, and the writer of their documents. Whole documents are in ../resource_metadata.cpp.
#include <credence/http/detail/resource_document.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("the authority of a URL ends at its path, its query or its end", "[resource_document]") {
    const auto authority = [](std::string_view url) { return url.substr(0, end_of_authority(url)); };
    CHECK(authority("https://api.example/a?b") == "https://api.example");
    CHECK(authority("https://api.example:8443?b") == "https://api.example:8443");
    CHECK(authority("https://api.example") == "https://api.example");
}

TEST_CASE("only loopback addresses need no TLS", "[resource_document]") {
    for (const char* good : {"127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:1", "[::1]", "[::1]:8080"}) {
        CHECK(is_loopback_authority(good));
    }
    for (const char* bad : {"127.0.0.1.evil.example", "localhost:", "localhost:80a", "localhost:80:80",
                            "evil@localhost", "[::1]x", "10.0.0.1", ""}) {
        CHECK_FALSE(is_loopback_authority(bad));
    }
}

TEST_CASE("a resource is an https URL without a fragment, or one of this machine", "[resource_document]") {
    for (const char* good : {"https://api.example", "https://api.example/mcp?x=1", "http://localhost:8080/mcp"}) {
        CHECK(is_resource_identifier(good));
    }
    for (const char* bad :
         {"http://api.example", "https://", "https://:443", "https:///mcp", "https://api.example/#top",
          "https://api.example/a b", "https://api.example/\xc3\xa9", "api.example", ""}) {
        CHECK_FALSE(is_resource_identifier(bad));
    }
}

TEST_CASE("the writer leaves out what is not set, and names the first member that is not UTF-8",
          "[resource_document]") {
    std::string text;
    ResourceMetadataWriter writer{text};
    writer.text("a", "1");
    writer.text("b", "");
    writer.list("c", {});
    writer.list("d", {"2", "3"});
    writer.flag("e", false);
    writer.flag("f", true);
    CHECK(writer.finish().empty());
    CHECK(text == R"({"a":"1","d":["2","3"],"f":true})");

    std::string broken;
    ResourceMetadataWriter second{broken};
    second.text("a", "1");
    second.list("b", {"\xff", "2"});
    second.text("c", "\xff");
    CHECK(second.finish() == "b");
}
