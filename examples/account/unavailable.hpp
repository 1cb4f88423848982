// SPDX-License-Identifier: MIT
// Turns exceptions inside a store into the only error that leaves it, with the reason in the log.
#pragma once

#include <credence/result.hpp>

#include <string_view>
#include <type_traits>

#include "../support/json_log.hpp"
#include "database.hpp"

namespace account {

/// The result of `ask`; or `store_unavailable` if it throws a `StoreError`.
template <class Ask>
[[nodiscard]] credence::Result<std::invoke_result_t<Ask>> or_unavailable(std::string_view store, const Ask& ask) {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<Ask>>) {
            ask();
            return {};
        } else {
            return ask();
        }
    } catch (const StoreError& error) {
        support::log("error", "store_unavailable", {{"store", store}, {"problem", error.what()}});
        return credence::Errc::store_unavailable;
    }
}

}  // namespace account
