// SPDX-License-Identifier: MIT
// The log line for an unexpected exception.
#pragma once

#include <string_view>
#include <typeinfo>

#include "../json_log.hpp"

#include <boost/core/demangle.hpp>
#include <cxxabi.h>

namespace support::beast {

/// Call it within `catch (...)`. Only the type is logged: the text may contain input of a client.
inline void log_exception(std::string_view event) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    support::log("error", event, {{"type", type == nullptr ? "unknown" : boost::core::demangle(type->name())}});
}

}  // namespace support::beast
