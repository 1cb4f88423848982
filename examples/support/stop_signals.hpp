// SPDX-License-Identifier: MIT
// Ends a server cleanly on SIGINT and SIGTERM: a thread waits for them, so that no code runs inside a signal handler.
#pragma once

#include <csignal>
#include <functional>
#include <thread>
#include <utility>

#include <pthread.h>
#include <unistd.h>

namespace support {

/// From its construction on, SIGINT and SIGTERM wait until `on_stop` is given. Make one before the first thread starts.
class StopSignals {
public:
    StopSignals() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGUSR1);  // the destructor's own, to wake the thread
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        static_cast<void>(std::signal(
            SIGPIPE, SIG_IGN));  // a client that has gone is an error of one write, not the end of the server
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals() {
        if (!waiting_.joinable()) return;
        pthread_kill(waiting_.native_handle(), SIGUSR1);
        waiting_.join();
    }

    /// Calls `stop`, from a thread of its own, when the first signal comes. Another one changes nothing.
    void on_stop(std::function<void()> stop) {
        waiting_ = std::thread{[this, stop = std::move(stop)] {
            int signal = 0;
            sigwait(&signals_, &signal);
            if (signal != SIGUSR1) stop();
        }};
    }

private:
    sigset_t signals_{};
    std::thread waiting_ = {};
};

}  // namespace support
