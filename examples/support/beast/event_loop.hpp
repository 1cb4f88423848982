// SPDX-License-Identifier: MIT
// Running an event loop that no exception ends.
#pragma once

#include <chrono>
#include <thread>
#include <utility>  // Boost 1.74 needs it before asio

#include "log_exception.hpp"

#include <boost/asio/io_context.hpp>

namespace support::beast {

/// How long a thread waits after a failed operation, for example one without memory or descriptors.
inline constexpr std::chrono::milliseconds pause_after_failure{50};

/// Runs the handlers of `context` until it is stopped.
///
/// An exception that leaves a handler leaves run() too. The operation ends, and so does its connection; the others go
/// on.
/// \param prepare  called before the loop runs, and again after each exception
template <class Prepare>
void run_until_stopped(boost::asio::io_context& context, const Prepare& prepare) {
    while (true) {
        try {
            prepare();
            context.run();
            return;
        } catch (...) {
            log_exception("operation_failed");
        }
        std::this_thread::sleep_for(pause_after_failure);
    }
}

}  // namespace support::beast
