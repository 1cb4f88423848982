// SPDX-License-Identifier: MIT
// How long tokens live.
#pragma once

#include <chrono>

namespace account {

struct Lifetimes {
    std::chrono::seconds token{3600};
    std::chrono::seconds refresh{604'800};
    std::chrono::seconds grace{10};  ///< See `credence::RefreshRules::grace`.

    /// From a login to the end of its last access token.
    [[nodiscard]] std::chrono::seconds longest_login() const noexcept { return refresh + token; }
};

}  // namespace account
