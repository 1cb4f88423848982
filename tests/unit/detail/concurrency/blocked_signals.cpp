// SPDX-License-Identifier: MIT
// BlockedSignals: the signal mask that a new thread inherits, and that of its creator afterwards.
#include <credence/detail/concurrency/blocked_signals.hpp>

#include <csignal>
#include <thread>

#include "support/catch.hpp"

#include <pthread.h>
#include <signal.h>

namespace {

bool is_blocked(int number) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, number) == 1;
}

}  // namespace

TEST_CASE("a thread that is started under blocked signals keeps them blocked", "[blocked_signals]") {
    bool blocks_term = false;
    bool blocks_fault = true;
    {
        const credence::detail::BlockedSignals blocked;
        std::thread{[&] {
            blocks_term = is_blocked(SIGTERM) && is_blocked(SIGINT) && is_blocked(SIGHUP) && is_blocked(SIGUSR1);
            blocks_fault = is_blocked(SIGSEGV) || is_blocked(SIGABRT);
        }}.join();
    }
    CHECK(blocks_term);
    CHECK_FALSE(blocks_fault);
}

TEST_CASE("the thread that starts another gets its signal mask back", "[blocked_signals]") {
    sigset_t usr2;
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &usr2, &before);
    {
        const credence::detail::BlockedSignals blocked;
        CHECK(is_blocked(SIGTERM));
    }
    CHECK_FALSE(is_blocked(SIGTERM));
    CHECK(is_blocked(SIGUSR2));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}
