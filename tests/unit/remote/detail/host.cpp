// SPDX-License-Identifier: MIT
// Hosts: addresses in their only form, names, the addresses of this machine, and texts that only look like them.
#include <credence/remote/detail/host.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("an address is read in its canonical form alone", "[host]") {
    CHECK(parse_ipv4("127.0.0.1"));
    for (const std::string_view text : {"127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1.", "256.0.0.1", "1.2.3", "",
                                        "1..2.3", "1.2.3.4.5", "+1.2.3.4"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ipv4(text));
    }
    for (const std::string_view text : {"::1", "::", "2001:db8::1", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.1"}) {
        CAPTURE(text);
        CHECK(parse_ipv6(text));
    }
    for (const std::string_view text :
         {":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::1%eth0", "g::1", "192.0.2.1::", "12345::", "1:"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_ipv6(text));
    }
}

TEST_CASE("loopback hosts are distinguished from hosts that look like them", "[host]") {
    for (const std::string_view text : {"127.0.0.1", "127.9.9.9", "[::1]", "LocalHost"}) {
        CAPTURE(text);
        CHECK(read_host(text).fault.empty());
        CHECK(read_host(text).is_loopback);
    }
    for (const std::string_view text : {"127.0.0.1.example", "localhost.example", "[::2]", "128.0.0.1", "id.example"}) {
        CAPTURE(text);
        CHECK(read_host(text).fault.empty());
        CHECK_FALSE(read_host(text).is_loopback);
    }
}

TEST_CASE("a text that is not a host, or is an address in an unusual form, is refused", "[host]") {
    for (const std::string_view text : {"", "a..b", ".a", "a.", "a b", "a/b", "127.1", "0x7f000001", "2130706433",
                                        "[::1", "[127.0.0.1]", "a:80", "b\xc3\xa9"}) {
        CAPTURE(text);
        CHECK_FALSE(read_host(text).fault.empty());
    }
    CHECK_FALSE(is_host_name(std::string(64, 'a')));
    CHECK(is_host_name(std::string(63, 'a')));
}
