// SPDX-License-Identifier: MIT
// Prevents a connection that the other side has closed from ending the program.
#pragma once

#include <credence/version.hpp>

#include <csignal>
#include <ctime>

#include <pthread.h>
#include <signal.h>

namespace credence::detail {

/// Blocks SIGPIPE in this thread while it exists. A client that uses plain `write`, as OpenSSL does, could otherwise
/// end the program.
class SigpipeGuard {
public:
    SigpipeGuard() noexcept {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    SigpipeGuard(const SigpipeGuard&) = delete;
    SigpipeGuard& operator=(const SigpipeGuard&) = delete;
    ~SigpipeGuard() {
        const timespec at_once{};
        if (!was_pending_) sigtimedwait(&sigpipe_, nullptr, &at_once);  // consumes one that arrived meanwhile
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t sigpipe_;
    sigset_t before_;
    bool was_pending_;
};

}  // namespace credence::detail
