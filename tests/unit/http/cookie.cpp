// SPDX-License-Identifier: MIT
// Cookie and Set-Cookie fields: RFC 6265, and the prefixes of its revision.
#include <credence/http/cookie.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace std::chrono_literals;
using credence::clear_cookie;
using credence::Cookie;
using credence::Errc;
using credence::Error;
using credence::find_cookie;
using credence::SameSite;
using credence::set_cookie;

namespace {

std::optional<std::string_view> found(std::string_view field, std::string_view name = "token") {
    const auto cookie = find_cookie(field, name);
    INFO(field);
    REQUIRE(cookie);
    return *cookie;
}

std::string fault(const Cookie& cookie) {
    const auto field = set_cookie(cookie);
    REQUIRE_FALSE(field);
    CHECK(field.error().code == Errc::malformed_credentials);
    CHECK_FALSE(field.error().reason.empty());
    return field.error().claim;
}

}  // namespace

TEST_CASE("a cookie is found by its whole name") {
    CHECK(found("token=abc") == "abc");
    CHECK(found("a=1; token=abc; b=2") == "abc");
    CHECK(found("a=1;token=abc;b=2") == "abc");
    CHECK(found("a=1;  token=abc") == "abc");
    CHECK(found("token=abc;") == "abc");
    CHECK(found(";;token=abc;;") == "abc");
    CHECK(found("token=a=b==") == "a=b==");
    CHECK(found("token=") == "");
    CHECK(found("token= abc ") == " abc");
    CHECK(found("token=\"abc\"") == "\"abc\"");
}

TEST_CASE("a cookie with another name is not found") {
    for (const std::string_view field :
         {"", ";", "=", "=abc", "token", "token;", "Token=abc", "TOKEN=abc", "xtoken=abc", "tokenx=abc", "token =abc",
          "__Host-token=abc", "a=token=abc", "a=1, token=abc"}) {
        INFO(field);
        CHECK(found(field) == std::nullopt);
    }
    CHECK(found("a=\"x; token=abc\"") == "abc\"");  // RFC 6265 §5.4 splits at each semicolon, also inside quotes
    CHECK(found("__Host-token=abc", "__Host-token") == "abc");
}

TEST_CASE("two cookies with the same name and value count as one") {
    CHECK(found("token=a; token=a") == "a");
    CHECK(found("token=a;x=y;token=a ; token=a") == "a");
    CHECK(found("token=; token=") == "");
}

TEST_CASE("two cookies of one name with different values are refused") {
    for (const std::string_view field :
         {"token=a; token=b", "token=; token=a", "token=a;token=", "token=a; x=y; token=b", "token=a; token=A",
          "x=y; token=a; token=b; token=c", "token=a; token=a; token=b", "token=a; token=b; token=a"}) {
        const auto cookie = find_cookie(field, "token");
        INFO(field);
        REQUIRE_FALSE(cookie);
        CHECK(cookie.error().code == Errc::malformed_credentials);
        CHECK_FALSE(cookie.error().reason.empty());
    }
    CHECK(found("a=1; a=2; token=b") == "b");
}

TEST_CASE("a cookie is found among short, empty and long ones") {
    for (const std::string before :
         {"", ";", ";;; ;\t;", "a;b;c; ", "a=;=;==;", "longer than eight; ", "token;tokens=1;toke=2;"}) {
        for (const std::string after : {"", ";", "; ", " ;;", ";a=1", ";token"}) {
            CAPTURE(before, after);
            CHECK(credence::find_cookie(before + "token=a=b" + after, "token").value() == "a=b");
            CHECK_FALSE(credence::find_cookie(before + "other=x" + after, "token").value());
        }
    }
    CHECK(credence::find_cookie("token=", "token").value() == "");
    CHECK_FALSE(credence::find_cookie("a=b=c", "a=b").value());
}

TEST_CASE("a Cookie field of a megabyte is read in one pass") {
    CHECK(found(std::string(1024 * 1024, ';')) == std::nullopt);
    CHECK(found(std::string(1024 * 1024, ' ') + ";token=a") == "a");
    CHECK(found("token=" + std::string(1024 * 1024, 'a'))->size() == 1024 * 1024);
}

TEST_CASE("a cookie for a token is safe by default") {
    CHECK(set_cookie({.name = "token", .value = "abc", .max_age = 1h}).value() ==
          "token=abc; HttpOnly; SameSite=Lax; Path=/; Max-Age=3600; Secure");
    CHECK(set_cookie({.name = "__Host-token", .value = "abc"}).value() ==
          "__Host-token=abc; HttpOnly; SameSite=Lax; Path=/; Secure");
}

TEST_CASE("each attribute can be chosen") {
    CHECK(set_cookie({.name = "refresh",
                      .value = "x",
                      .max_age = 90s,
                      .path = "/api/auth",
                      .domain = "example.org",
                      .same_site = SameSite::strict,
                      .http_only = false,
                      .secure = false})
              .value() == "refresh=x; SameSite=Strict; Path=/api/auth; Domain=example.org; Max-Age=90");
    CHECK(set_cookie({.name = "a", .same_site = SameSite::none}).value() ==
          "a=; HttpOnly; SameSite=None; Path=/; Secure");
    CHECK(set_cookie({.name = "a", .max_age = -5s}).value() == "a=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Secure");
}

TEST_CASE("a cookie is deleted with the same name, path and domain") {
    CHECK(clear_cookie({.name = "token", .value = "abc", .max_age = 1h, .path = "/a", .domain = "b.c"}).value() ==
          "token=; HttpOnly; SameSite=Lax; Path=/a; Domain=b.c; Max-Age=0; Secure");
}

TEST_CASE("the name prefixes have the requirements of browsers") {
    CHECK(fault({.name = "__Host-token", .secure = false}) == "secure");
    CHECK(fault({.name = "__Host-token", .path = "/api"}) == "path");
    CHECK(fault({.name = "__Host-token", .domain = "example.org"}) == "domain");
    CHECK(fault({.name = "__host-token", .path = "/api"}) == "path");
    CHECK(fault({.name = "__HOST-token", .domain = "example.org"}) == "domain");
    CHECK(fault({.name = "__Secure-token", .secure = false}) == "secure");
    CHECK(fault({.name = "__secure-token", .secure = false}) == "secure");
    CHECK(set_cookie({.name = "__Secure-token", .path = "/api", .domain = "example.org"}));
    CHECK(set_cookie({.name = "__Hos", .secure = false}));
}

TEST_CASE("SameSite=None demands Secure") {
    CHECK(fault({.name = "token", .same_site = SameSite::none, .secure = false}) == "secure");
}

TEST_CASE("a partitioned cookie demands Secure, and is deleted from its partition") {
    CHECK(set_cookie({.name = "a", .same_site = SameSite::none, .partitioned = true}).value() ==
          "a=; HttpOnly; SameSite=None; Path=/; Secure; Partitioned");
    CHECK(clear_cookie({.name = "__Host-a", .value = "x", .partitioned = true}).value() ==
          "__Host-a=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0; Secure; Partitioned");
    CHECK(fault({.name = "a", .secure = false, .partitioned = true}) == "secure");
}

TEST_CASE("each refused cookie has its reason") {
    const auto reason = [](const Cookie& cookie) { return set_cookie(cookie).error().reason; };
    CHECK(reason({.name = ""}) == "the cookie has no name");
    CHECK(reason({.name = "a", .path = "api"}) == "the path does not begin with a slash");
    CHECK(reason({.name = "__Host-a", .path = "/a"}) == "a __Host- cookie has the path /");
    CHECK(reason({.name = "__Host-a", .secure = false}) == "a __Host- cookie must be secure");
    CHECK(reason({.name = "__Secure-a", .secure = false}) == "a __Secure- cookie must be secure");
    CHECK(reason({.name = "a", .same_site = SameSite::none, .secure = false}) ==
          "a cookie with SameSite=None must be secure");
    CHECK(reason({.name = "a", .secure = false, .partitioned = true}) == "a partitioned cookie must be secure");
}

TEST_CASE("no value can inject an attribute") {
    for (int value = 0; value < 256; ++value) {
        const std::string byte(1, static_cast<char>(value));
        const bool is_visible = value > 0x20 && value < 0x7f;
        INFO(value);
        CHECK(set_cookie({.name = "a" + byte}).has_value() ==
              (is_visible && std::string_view{"()<>@,;:\\\"/[]?={}"}.find(byte) == std::string_view::npos));
        CHECK(set_cookie({.name = "a", .value = byte}).has_value() ==
              (is_visible && std::string_view{"\",;\\"}.find(byte) == std::string_view::npos));
        CHECK(set_cookie({.name = "a", .path = "/" + byte}).has_value() ==
              (value >= 0x20 && value < 0x7f && value != ';'));
        if (value == 0 || value == ';' || value == '\r' || value == '\n' || value == ' ') {
            CHECK(fault({.name = "a", .domain = "x" + byte}) == "domain");
        }
    }
    CHECK(fault({.name = ""}) == "name");
    CHECK(fault({.name = "a", .path = ""}) == "path");
    CHECK(fault({.name = "a", .path = "api"}) == "path");
    CHECK(fault({.name = "a", .value = "x; Domain=evil.example"}) == "value");
    CHECK(fault({.name = "a", .value = "x\r\nSet-Cookie: b=c"}) == "value");
}

TEST_CASE("a cookie that browsers would reject is refused") {
    CHECK(set_cookie({.name = "token", .value = std::string(4091, 'a')}));
    const auto field = set_cookie({.name = "token", .value = std::string(4092, 'a')});
    REQUIRE_FALSE(field);
    CHECK(field.error() == Error{Errc::token_too_large, "value", "browsers keep at most 4096 bytes of name and value"});
}
