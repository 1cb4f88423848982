// SPDX-License-Identifier: MIT
// The default settings of a transport are the safe ones.
#include <credence/remote/transport_options.hpp>

#include "support/catch.hpp"

TEST_CASE("by default no CA, no proxy, no client certificate and no further field is set", "[transport_options]") {
    const credence::TransportOptions options;
    CHECK(options.ca_file.empty());
    CHECK(options.proxy_host.empty());
    CHECK(options.client_certificate_file.empty());
    CHECK(options.fields.empty());
    CHECK(options.user_agent == "credence");
}
