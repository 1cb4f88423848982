// SPDX-License-Identifier: MIT
// The transport on libcurl does what every transport does.
#include <credence/transports/curl.hpp>

#include "support/transport_contract.hpp"

TEST_CASE("curl: a transport", "[transports]") { support::check_transport<credence::CurlTransport>(); }
