// SPDX-License-Identifier: MIT
// The HTTP server: accepts connections on the loopback, and serves each by a coroutine.
#pragma once

#include "router.hpp"

#include <boost/asio/io_context.hpp>

namespace todos {

/// Serves until SIGINT or SIGTERM. \throws support::StartError when the port cannot be had.
void serve(const Router& router, int port);

}  // namespace todos
