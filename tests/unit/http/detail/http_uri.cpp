// SPDX-License-Identifier: MIT
// The normal form of a URI in which the htu of a proof is compared.
#include <credence/http/detail/http_uri.hpp>

#include <optional>
#include <string_view>

#include "support/catch.hpp"

using credence::detail::path_of_target;
using credence::detail::plain_uri;
using credence::detail::request_uri;
using credence::detail::with_one_encoding;
using credence::detail::without_dot_segments;

TEST_CASE("equivalent URIs have one normal form, RFC 3986 §6.2") {
    CHECK(plain_uri("HTTP://Example.COM") == "http://example.com/");
    CHECK(plain_uri("http://example.com:80/") == "http://example.com/");
    CHECK(plain_uri("https://example.com:80/") == "https://example.com:80/");
    CHECK(plain_uri("https://example.com:443") == "https://example.com/");
    CHECK(plain_uri("https://[2001:DB8::1]:443/a") == "https://[2001:db8::1]/a");
    CHECK(plain_uri("https://[::1]/a") == "https://[::1]/a");
    CHECK(plain_uri("https://a/B%2fc%7Ed?q#f") == "https://a/B%2Fc~d");
    CHECK(plain_uri("https://a?q") == "https://a/");
    CHECK(plain_uri("https://a/%2e%2E/b/./c") == "https://a/b/c");
    CHECK(plain_uri("https://a//b") == "https://a//b");
}

TEST_CASE("a text that is not an http or https URI has no normal form") {
    for (const std::string_view text :
         {"", "a", "/a", "ftp://a", "https:/a", "https://", "https:///a", "https://:443/", "https://u@a/",
          "https://a b/", "https://a/\x7f", "https://a/\xc3\xa4", "https//a"}) {
        INFO(text);
        CHECK(plain_uri(text) == std::nullopt);
    }
    CHECK(plain_uri(std::string_view{"https://a/\0b", 12}) == std::nullopt);
}

TEST_CASE("percent-encodings are in upper case, and only where they are needed") {
    CHECK(with_one_encoding("/%41%7a%30%2d") == "/Az0-");
    CHECK(with_one_encoding("/%2f%3F%25%e4%00") == "/%2F%3F%25%E4%00");
    CHECK(with_one_encoding("/%%4%g1%") == "/%%4%g1%");
    CHECK(with_one_encoding("/%2541") == "/%2541");  // decoded once
}

TEST_CASE("dot segments are resolved, never above the root, RFC 3986 §5.2.4") {
    CHECK(without_dot_segments("/a/b/c/./../../g") == "/a/g");
    CHECK(without_dot_segments("/..") == "/");
    CHECK(without_dot_segments("/../../a") == "/a");
    CHECK(without_dot_segments("/a/..") == "/");
    CHECK(without_dot_segments("/a/.") == "/a/");
    CHECK(without_dot_segments("/a/...") == "/a/...");
    CHECK(without_dot_segments("/a//../b") == "/a/b");
    CHECK(without_dot_segments("").empty());
}

TEST_CASE("the path of a request target, RFC 9112 §3.2") {
    CHECK(path_of_target("/a?b") == "/a");
    CHECK(path_of_target("http://h:1/a?b#c") == "/a");
    CHECK(path_of_target("http://h") == "/");
    for (const std::string_view none : {"", "*", "?a", "h:443", "a/b", "/a#c", "http://h:1/a#c", "http://h#c"})
        CHECK(path_of_target(none).empty());
}

TEST_CASE("a base may have a path of its own, and no query") {
    CHECK(request_uri("https://a/v1/", "/b?c") == "https://a/v1/b");
    CHECK(request_uri("https://a", "//b") == "https://a//b");
    for (const std::string_view base : {"", "a", "https://", "https://a?x", "https://a#x"})
        CHECK(request_uri(base, "/b") == std::nullopt);
    CHECK(request_uri("https://a", "*") == std::nullopt);
}
