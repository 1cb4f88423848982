// SPDX-License-Identifier: MIT
// The transport on libcurl does what every transport does.
#include <credence/transports/curl.hpp>

#include <cstdlib>

#include "support/answering_server.hpp"
#include "support/transport_contract.hpp"

TEST_CASE("curl: a transport", "[transports]") { support::check_transport<credence::CurlTransport>(); }

TEST_CASE("curl: no_proxy in the environment does not lead around the proxy that is set", "[transports]") {
    const support::AnsweringServer proxy{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"};
    const credence::CurlTransport transport{{.proxy_host = "127.0.0.1", .proxy_port = proxy.port()}};
    REQUIRE(::setenv("no_proxy", "*", 1) == 0);
    CHECK_FALSE(transport(support::request_to("https://id.invalid/keys")));
    REQUIRE(::unsetenv("no_proxy") == 0);
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests().front().starts_with("CONNECT id.invalid:443 HTTP/1.1\r\n"));
}
