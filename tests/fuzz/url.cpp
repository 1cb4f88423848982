// SPDX-License-Identifier: MIT
// Any text as a URL. An accepted URL can be put together again from its parts, its address is the one that the C
// library reads, and http is accepted only for this machine.
#include <credence/remote/url.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "support/fuzzing.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace {

using credence::Url;
using support::demand;

/// Whether the C library takes the host for an address of this machine.
bool is_loopback_address(const std::string& host) {
    in_addr four{};
    in6_addr six{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host.c_str(), &six) == 1 && std::memcmp(&six, &in6addr_loopback, sizeof six) == 0;
}

void check_accepted(const Url& url, const std::string& text) {
    in_addr legacy{};
    in_addr four{};
    demand(url.text() == text, "the text is kept");
    demand(inet_aton(url.host().c_str(), &legacy) == 0 || inet_pton(AF_INET, url.host().c_str(), &four) == 1,
           "no host is an address in an unusual form");
    demand(url.is_loopback() == (url.host() == "localhost" || is_loopback_address(url.host())),
           "loopback is decided as by the C library");
    demand(url.is_https() || url.is_loopback(), "http is only for loopback");
    demand(url.authority().find('@') == std::string::npos, "there is no user information");
    for (const char byte : url.origin() + url.target()) {
        demand(byte > 0x20 && byte < 0x7f && byte != '\\' && byte != '#', "no byte ends a URL or a field");
    }
    const auto again = Url::parse(url.origin() + url.target());
    demand(again && again->host() == url.host() && again->port() == url.port() && again->target() == url.target() &&
               again->is_https() == url.is_https(),
           "the parts make up the same URL");
}

void check_ipv6(const std::string& text) {
    in6_addr six{};
    const bool is_address = text.find('\0') == std::string::npos && inet_pton(AF_INET6, text.c_str(), &six) == 1;
    demand(Url::parse("https://[" + text + "]/").has_value() == is_address, "IPv6 is read as by the C library");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{support::fuzz_input(data, size)};
    if (const auto url = Url::parse(text)) check_accepted(*url, text);
    if (const auto url = Url::parse("http://" + text)) check_accepted(*url, "http://" + text);
    if (text.size() < 64) check_ipv6(text);
    return 0;
}
