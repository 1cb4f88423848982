// SPDX-License-Identifier: MIT
// A store on a server that a program opens before it forks.
#pragma once

#include <string>

#include "support/catch.hpp"
#include "support/store_contract.hpp"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

/// A parent and its child of `fork` use one store at the same time, and neither gets an answer to the other.
template <class Store>
void check_store_after_fork(Store& store) {
    const auto gets_own_answers = [&store](const std::string& name) {
        for (int call = 0; call < 500; ++call) {
            const auto found = store.find_session(hash_named(name));
            if (!found || !*found || (*found)->subject != name) return false;
        }
        return true;
    };
    REQUIRE(store.insert_session(session_record("parent", "parent")));
    REQUIRE(store.insert_session(session_record("child", "child")));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(gets_own_answers("child") ? 0 : 1);
    CHECK(gets_own_answers("parent"));
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(gets_own_answers("child"));
}

}  // namespace support
