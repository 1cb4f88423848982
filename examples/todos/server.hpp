// SPDX-License-Identifier: MIT
// The HTTP server: accepts connections on the loopback, and serves each by a coroutine.
#pragma once

#include <functional>
#include <string>

#include "router.hpp"

namespace todos {

/// Serves until SIGINT or SIGTERM. \throws support::StartError when the port cannot be had.
void serve(
    const Router& router, int port,
    const std::function<void(const std::string& url)>& on_listening = [](const std::string&) {});

}  // namespace todos
