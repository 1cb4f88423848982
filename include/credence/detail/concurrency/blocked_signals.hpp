// SPDX-License-Identifier: MIT
// BlockedSignals: a thread started under it receives no signals meant for the program.
#pragma once

#include <credence/version.hpp>

#include <csignal>
#include <initializer_list>

#include <pthread.h>
#include <signal.h>

namespace credence::detail {

/// Blocks all signals in this thread while it exists. A thread inherits the mask of its creator, and keeps it.
///
/// Signals of faults in the thread's own code are not blocked: a blocked one would end the program without calling its
/// handler, such as a sanitizer's.
class BlockedSignals {
public:
    BlockedSignals() noexcept {
        sigset_t all;
        sigfillset(&all);
        for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&all, fault);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

}  // namespace credence::detail
