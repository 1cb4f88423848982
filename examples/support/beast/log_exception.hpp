// SPDX-License-Identifier: MIT
// The line in the log for an exception that nobody expected.
#pragma once

#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "../json_log.hpp"

#include <boost/core/demangle.hpp>
#include <cxxabi.h>

namespace support::beast {

/// Called where `catch (...)` caught something. Only its type is logged: its text may hold what a client sent.
inline void log_exception(std::string_view event) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    support::log("error", event, {{"type", type == nullptr ? "unknown" : boost::core::demangle(type->name())}});
}

}  // namespace support::beast
