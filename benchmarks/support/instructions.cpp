// SPDX-License-Identifier: MIT
// Single-stepping a child process with ptrace.
#include "support/instructions.hpp"

#include <csignal>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// The child: the work between two stops.
[[noreturn]] void stop_work_stop(const std::function<void()>& work) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
    std::raise(SIGSTOP);
    work();
    std::raise(SIGSTOP);
    _exit(0);
}

/// Steps from the child's first stop to its second.
std::optional<long> steps_between_stops(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return std::nullopt;
    for (long steps = 0;; ++steps) {
        if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0 || waitpid(child, &status, 0) != child ||
            !WIFSTOPPED(status)) {
            return std::nullopt;
        }
        if (WSTOPSIG(status) == SIGSTOP) return steps;
        if (WSTOPSIG(status) != SIGTRAP) return std::nullopt;
    }
}

std::optional<long> steps_of(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child < 0) return std::nullopt;
    if (child == 0) stop_work_stop(work);
    const std::optional<long> steps = steps_between_stops(child);
    kill(child, SIGKILL);
    while (waitpid(child, nullptr, 0) == child) {
    }
    return steps;
}

}  // namespace

std::optional<long> support::instructions_of(const std::function<void()>& work) {
    const std::optional<long> nothing = steps_of([] {});
    const std::optional<long> all = nothing ? steps_of(work) : std::nullopt;
    return all ? std::optional{*all - *nothing} : std::nullopt;
}
