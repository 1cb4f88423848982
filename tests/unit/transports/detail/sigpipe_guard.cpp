// SPDX-License-Identifier: MIT
// A write to a closed connection does not end the program, and the signal settings are unchanged afterwards.
#include <credence/transports/detail/sigpipe_guard.hpp>

#include <cerrno>

#include "support/catch.hpp"

#include <signal.h>
#include <unistd.h>

namespace {

/// Writes to a pipe that nobody reads.
void break_pipe() {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    CHECK(::write(ends[1], "x", 1) == -1);
    CHECK(errno == EPIPE);
    ::close(ends[1]);
}

bool is_pending() {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

bool is_blocked() {
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    return sigismember(&blocked, SIGPIPE) == 1;
}

}  // namespace

TEST_CASE("a broken pipe is an error, not a signal", "[sigpipe_guard]") {
    {
        const credence::detail::SigpipeGuard guard;
        break_pipe();
        CHECK(is_pending());
    }
    CHECK_FALSE(is_pending());
    CHECK_FALSE(is_blocked());
}

TEST_CASE("a SIGPIPE that the program has blocked stays pending", "[sigpipe_guard]") {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &only, nullptr);
    break_pipe();
    {
        const credence::detail::SigpipeGuard guard;
    }
    CHECK(is_pending());
    CHECK(is_blocked());
    const timespec at_once{};
    CHECK(sigtimedwait(&only, nullptr, &at_once) == SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}
