// SPDX-License-Identifier: MIT
// The HTTP client of the command: libcurl, or none where the command was built without it.
#pragma once

#include <credence/remote/fetch.hpp>

#include <string>

namespace credence::command {

/// Sends one request. `ca_file`: the certificates to trust; empty: the system's. Throws `Failure` if the command was
/// built without an HTTP client.
[[nodiscard]] FetchResult send_request(const FetchRequest& request, const std::string& ca_file);

}  // namespace credence::command
