// SPDX-License-Identifier: MIT
// The page: static files.
#pragma once

#include "server.hpp"

namespace account {

/// Adds `/` and the files that it needs.
void add_page(Server& server);

}  // namespace account
