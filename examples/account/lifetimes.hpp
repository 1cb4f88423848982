// SPDX-License-Identifier: MIT
// How long tokens live.
#pragma once

#include <chrono>

namespace account {

struct Lifetimes {
    std::chrono::seconds token{3600};
    std::chrono::seconds refresh{604'800};
    std::chrono::seconds grace{10};  ///< See `credence::RefreshRules::grace`.
};

}  // namespace account
