// SPDX-License-Identifier: MIT
// The trial mode, if the gateway starts without settings: nginx in front of it, and a command to try.
#pragma once

#include <memory>
#include <string>

#include "../support/options.hpp"
#include "nginx.hpp"

namespace gateway {

/// The path of the nginx to start, in a trial or for `--nginx-port`. Empty if none is wanted or installed.
/// \throws support::StartError for options that cannot be met.
[[nodiscard]] std::string nginx_to_start(const support::Options& options, bool is_trial);

/// Starts nginx, and prints its address. \throws support::StartError if it cannot start.
[[nodiscard]] std::unique_ptr<Nginx> start_nginx(const std::string& program, const support::Options& options,
                                                 int gateway_port);

/// Prints a command that gets in with this token: through nginx, or, without one, as nginx would ask.
void show_how_to_try(const std::string& token, int gateway_port, const Nginx* nginx);

}  // namespace gateway
