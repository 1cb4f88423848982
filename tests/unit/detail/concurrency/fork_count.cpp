// SPDX-License-Identifier: MIT
// fork_count: it changes in a child, and stays the same in the parent.
#include <credence/detail/concurrency/fork_count.hpp>

#include "support/catch.hpp"

#include <sys/wait.h>
#include <unistd.h>

using credence::detail::fork_count;

TEST_CASE("fork increments the count in the child, not in the parent", "[fork_count]") {
    const unsigned before = fork_count();
    const pid_t child = fork();
    if (child == 0) _exit(fork_count() == before + 1 ? 0 : 1);
    REQUIRE(child > 0);
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(fork_count() == before);
}
