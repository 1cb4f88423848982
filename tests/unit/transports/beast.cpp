// SPDX-License-Identifier: MIT
// The transport on Boost.Beast does what every transport does.
#include <credence/transports/beast.hpp>

#include "support/transport_contract.hpp"

TEST_CASE("beast: a transport", "[transports]") { support::check_transport<credence::BeastTransport>(); }
