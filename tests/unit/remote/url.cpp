// SPDX-License-Identifier: MIT
// URLs that keys are fetched from: their parts, and texts that other programs read differently.
#include <credence/remote/url.hpp>

#include <string>
#include <string_view>

#include "support/catch.hpp"

using credence::FetchStage;
using credence::Url;

namespace {

std::string fault_of(std::string_view text) {
    const auto url = Url::parse(text);
    if (url) return "accepted";
    CHECK(url.error().stage == FetchStage::url);
    return url.error().detail;
}

}  // namespace

TEST_CASE("an https URL has its parts", "[url]") {
    const Url url = Url::parse("https://Id.Example:8443/a/b%20c?x=1&y=/?").value();
    CHECK(url.text() == "https://Id.Example:8443/a/b%20c?x=1&y=/?");
    CHECK(url.is_https());
    CHECK(url.host() == "id.example");
    CHECK(url.port() == 8443);
    CHECK(url.target() == "/a/b%20c?x=1&y=/?");
    CHECK(url.path() == "/a/b%20c");
    CHECK(url.has_query());
    CHECK(url.origin() == "https://id.example:8443");
    CHECK(url.authority() == "id.example:8443");
    CHECK_FALSE(url.is_loopback());
}

TEST_CASE("missing parts of a URL are filled in", "[url]") {
    const Url url = Url::parse("https://id.example").value();
    CHECK(url.port() == 443);
    CHECK(url.target() == "/");
    CHECK(url.path() == "/");
    CHECK_FALSE(url.has_query());
    CHECK(Url::parse("https://id.example?q").value().target() == "/?q");
    CHECK(Url::parse("https://id.example:443/").value().authority() == "id.example");
    CHECK(Url::parse("HTTP://localhost:80").value().authority() == "localhost");
    CHECK(Url::parse("http://[::1]:8080/").value().authority() == "[::1]:8080");
    CHECK(Url::parse("http://[::1]:8080/").value().host() == "::1");
}

TEST_CASE("http is accepted for loopback only", "[url]") {
    for (const char* text : {"http://127.0.0.1", "http://127.0.0.1:8080/x", "http://127.255.255.254/",
                             "http://localhost/", "http://LocalHost:1", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]:9/",
                             "http://[0::0001]/", "http://[::0.0.0.1]/"}) {
        CAPTURE(text);
        REQUIRE(Url::parse(text));
        CHECK(Url::parse(text)->is_loopback());
        CHECK_FALSE(Url::parse(text)->is_https());
    }
    for (const char* text : {"http://id.example/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::2]/",
                             "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1.evil.example/",
                             "http://localhost.evil.example/", "http://evil-localhost/", "http://a.localhost/",
                             "http://128.0.0.1/", "http://[::]/", "http://1270.0.0.1.x/"}) {
        CAPTURE(text);
        CHECK_THAT(fault_of(text), support::contains_text("localhost only; write https"));
    }
    CHECK(Url::parse("https://127.0.0.1/")->is_loopback());
    CHECK(Url::parse("https://localhost/")->is_loopback());
}

TEST_CASE("a URL that looks like another host's is refused", "[url]") {
    for (const char* text : {"http://127.0.0.1:80@evil.example/",
                             "http://127.0.0.1@evil.example/",
                             "https://id.example@evil.example/",
                             "https://user:password@id.example/",
                             "https://@id.example/",
                             "https://id.example%40evil.example/",
                             "https://id.example\\@evil.example/",
                             "https://evil.example\\.id.example/",
                             "https://id.example#@evil.example/",
                             "https://id.example/#fragment",
                             "https://id.example?#",
                             "https:///id.example/",
                             "https:id.example",
                             "https:/id.example",
                             "//id.example/",
                             "/path",
                             "",
                             "https://",
                             "https://:443/",
                             "https://?",
                             "https:// id.example/",
                             " https://id.example/",
                             "https://id.example/ ",
                             "https://id.example/\n",
                             "https://id.example\t/",
                             "https://id.example/\x7f",
                             "https://id\xc3\xa9.example/",
                             "https://id.example/\xc3\xa9",
                             "https://id..example/",
                             "https://.example/",
                             "https://id.example./",
                             "https://id.example:/",
                             "https://id.example:0/",
                             "https://id.example:080/",
                             "https://id.example:65536/",
                             "https://id.example:80a/",
                             "https://id.example:+80/",
                             "https://id.example:-1/",
                             "https://id.example:80:80/",
                             "https://id.example:99999999999/",
                             "https://*.example/",
                             "https://[::1/",
                             "https://::1/",
                             "https://[::1]x/",
                             "https://[::1]:x/",
                             "https://[id.example]/",
                             "https://[]/",
                             "https://[::1%25lo]/",
                             "https://[1::2::3]/",
                             "https://[:::1]/",
                             "https://[1:2:3:4:5:6:7]/",
                             "https://[1:2:3:4:5:6:7:8:9]/",
                             "https://[1:2:3:4:5:6:7:8::]/",
                             "https://[12345::]/",
                             "https://[::g]/",
                             "https://[1.2.3.4::1]/",
                             "https://[::1.2.3]/",
                             "https://[1:]/",
                             "https://[:1]/",
                             "https://[::1.2.3.4:5]/",
                             "https://127.1/",
                             "https://0x7f.0.0.1/",
                             "https://2130706433/",
                             "https://0177.0.0.1/",
                             "https://127.0.0.1.5/",
                             "https://127.0.0.256/",
                             "https://1.2.3.04/",
                             "https://id.0x1/",
                             "https://id.example.5/",
                             "http://127.1/",
                             "http://0x7f000001/",
                             "http://2130706433/",
                             "http://017700000001/",
                             "http://127.0.0.01/",
                             "http://127.0.0.1./",
                             "ftp://id.example/",
                             "file:///etc/passwd",
                             "file://localhost/etc/passwd",
                             "httpss://id.example/",
                             "javascript:alert(1)",
                             "https://id.example/%",
                             "https://id.example/%4",
                             "https://id.example/%zz",
                             "https://id.example/a|b",
                             "https://id.example/<a>",
                             "https://id.example/\"",
                             "https://id.example/a^b",
                             "https://id.example/`",
                             "https://id.example/{x}",
                             "https://id.example/.",
                             "https://id.example/a/../b",
                             "https://id.example/a/./b",
                             "https://id.example/..",
                             "https://id.example/%2e%2E/b",
                             "https://id.example/.%2e?x"}) {
        CAPTURE(text);
        CHECK_FALSE(Url::parse(text));
    }
    CHECK_FALSE(Url::parse(std::string_view{"https://id.example/\0x", 21}));
    CHECK_FALSE(Url::parse(std::string_view{"https://id.example\0.evil/", 25}));
}

TEST_CASE("dots and percent signs with their literal meaning are accepted", "[url]") {
    for (const char* text :
         {"https://id.example/.well-known/openid-configuration", "https://id.example/...", "https://id.example/a.",
          "https://id.example/%2e%2e%2e", "https://id.example/?a=../b", "https://id.example/%2F",
          "https://id_1.example/", "https://a--b.example/", "https://1.2.3.4/", "https://[2001:db8::1]/",
          "https://[::]/", "https://[1::]/", "https://[1:2:3:4:5:6:1.2.3.4]/", "https://[::ffff:1.2.3.4]/",
          "https://5.example/", "https://0x1.example/", "https://id.example//", "https://id.example/a//b",
          "https://id.example/~a!$&'()*+,;=:@-._"}) {
        CAPTURE(text);
        CHECK(Url::parse(text));
    }
}

TEST_CASE("a URL, a host name and its labels have a longest length", "[url]") {
    const std::string label(63, 'a');
    CHECK(Url::parse("https://" + label + ".example/"));
    CHECK_FALSE(Url::parse("https://" + label + "a.example/"));
    const std::string name = label + "." + label + "." + label + "." + std::string(61, 'b');
    CHECK(name.size() == 253);
    CHECK(Url::parse("https://" + name));
    CHECK_FALSE(Url::parse("https://b" + name));
    CHECK(Url::parse("https://id.example/" + std::string(Url::max_bytes - 19, 'a')));
    CHECK_FALSE(Url::parse("https://id.example/" + std::string(Url::max_bytes - 18, 'a')));
}

TEST_CASE("an error does not show a password in a URL", "[url]") {
    const std::string fault = "a URL for keys has no user information in front of its host";
    CHECK(fault_of("https://alice:secret@id.example/a@b") == "'https://...@id.example/a@b': " + fault);
    CHECK(fault_of("https://alice@x:secret@id.example") == "'https://...@id.example': " + fault);
    CHECK(fault_of("http://127.0.0.1:80@evil.example/") == "'http://...@evil.example/': " + fault);
    for (const char* url :
         {"ftp://alice:secret@id.example", "alice:secret@id.example", "https://alice:secret@id.example#x",
          "//alice:secret@id.example?x", "https:///alice:secret@id.example", "https://alice:se/secret@id.example",
          "https://alice:se#secret@id.example", "https://alice:se?secret@id.example", "https:/alice:secret@id.example",
          "alice:secret@id.example/a//b", "alice:secret@id.example://b"}) {
        CHECK(fault_of(url).find("secret") == std::string::npos);
    }
    CHECK(fault_of("http://id.example/@me").find("'http://id.example/@me'") == 0);  // it is not user information
}

TEST_CASE("the error is one line with the URL and a correction", "[url]") {
    CHECK(fault_of("http://id.example/") ==
          "'http://id.example/': http is for 127.0.0.0/8, [::1] and localhost only; write https");
    CHECK(fault_of("id.example") ==
          "'id.example': a URL for keys begins with https://, or with http:// for this machine");
    CHECK(fault_of("https://a\r\nb/") == "'https://a\\x0d\\x0ab/': the host is not a name or an address");
    CHECK(fault_of(std::string(100'000, 'x')).size() < 300);
    CHECK(credence::message(Url::parse("").error()) ==
          "the URL is not one that keys are fetched from: '': a URL for keys begins with https://, or with http:// for "
          "this machine");
}
