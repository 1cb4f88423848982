// SPDX-License-Identifier: MIT
// The default settings of a transport are the safe ones.
#include <credence/remote/transport_options.hpp>

#include "support/catch.hpp"

TEST_CASE("a transport trusts the system's authorities, and uses no proxy", "[transport_options]") {
    const credence::TransportOptions options;
    CHECK(options.ca_file.empty());
    CHECK(options.proxy_host.empty());
    CHECK(options.client_certificate_file.empty());
    CHECK(options.fields.empty());
    CHECK(options.user_agent == "credence");
}
