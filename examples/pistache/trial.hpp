// SPDX-License-Identifier: MIT
// For a start without settings: a command that works.
#pragma once

#include <credence/credence.hpp>

#include <chrono>
#include <iostream>

#include "../support/json_log.hpp"

namespace service {

/// Prints a command that is accepted, with a token for 15 minutes, signed with the key of this run.
inline void show_how_to_try(const credence::Keys<credence::HS256>& keys, int port) {
    using namespace std::chrono_literals;
    const credence::RegisteredClaims claims{.sub = "alice", .exp = credence::in(15min)};
    support::log("warning", "trial", {{"reason", "JWT_SECRET is not set"}});
    std::cout << "Try it, with a token for 15 minutes, and then without:\ncurl http://127.0.0.1:" << port
              << "/me -H 'Authorization: Bearer " << credence::encode(claims, keys).value() << "'" << std::endl;
}

}  // namespace service
