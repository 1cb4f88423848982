// SPDX-License-Identifier: MIT
// The pool of connections: how many it opens, which it keeps, and which callers wait.
#include <credence/stores/detail/connection_pool.hpp>

#include <chrono>
#include <future>
#include <memory>

#include "support/catch.hpp"

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;
using credence::Errc;
using credence::Error;
using credence::Result;

namespace {

struct PooledThing {
    int number;
    bool works = true;
    [[nodiscard]] bool is_alive() const { return works; }
};
using ThingPool = credence::detail::ConnectionPool<PooledThing>;

ThingPool::Deadline pool_deadline(std::chrono::milliseconds patience) {
    return std::chrono::steady_clock::now() + patience;
}

}  // namespace

TEST_CASE("a pool opens a connection if none is idle, and keeps the live ones") {
    int opened = 0;
    ThingPool pool{[&](auto) -> Result<std::unique_ptr<PooledThing>> {
                       return std::make_unique<PooledThing>(PooledThing{++opened});
                   },
                   2};
    const auto number = [&] {
        return pool.with_connection(pool_deadline(1s), [](PooledThing& one) -> Result<int> { return one.number; });
    };
    CHECK(number().value() == 1);
    CHECK(number().value() == 1);
    const auto both = pool.with_connection(
        pool_deadline(1s), [&](PooledThing& one) -> Result<int> { return one.number * 10 + number().value(); });
    CHECK(both.value() == 12);
    CHECK(pool.with_connection(pool_deadline(1s), [](PooledThing& one) -> Result<int> {
        one.works = false;
        return one.number;
    }));
    CHECK(number().value() == (both.value() == 12 ? 2 : 0));
    CHECK(opened == 2);
}

TEST_CASE("a fully used pool refuses at the deadline, and gives a connection that is returned before it") {
    ThingPool pool{
        [](auto) -> Result<std::unique_ptr<PooledThing>> { return std::make_unique<PooledThing>(PooledThing{7}); }, 1};
    const auto take = [&](std::chrono::milliseconds patience) {
        return pool.with_connection(pool_deadline(patience),
                                    [](PooledThing& one) -> Result<int> { return one.number; });
    };
    std::future<Result<int>> later;
    CHECK(pool.with_connection(pool_deadline(1s), [&](PooledThing&) -> Result<void> {
        CHECK(take(0ms).error().code == Errc::store_unavailable);
        later = std::async(std::launch::async, [&] { return take(60s); });
        return {};
    }));
    CHECK(later.get().value() == 7);
}

TEST_CASE("a pool reports why a connection cannot be opened, and its slot is free again") {
    bool is_down = true;
    ThingPool pool{[&](auto) -> Result<std::unique_ptr<PooledThing>> {
                       if (is_down) return Error{Errc::store_unavailable, {}, "nobody is there"};
                       return std::make_unique<PooledThing>(PooledThing{1});
                   },
                   1};
    const auto take = [&] {
        return pool.with_connection(pool_deadline(0ms), [](PooledThing& one) -> Result<int> { return one.number; });
    };
    CHECK(take().error().reason == "nobody is there");
    CHECK(take().error().reason == "nobody is there");
    is_down = false;
    CHECK(take().value() == 1);
}

TEST_CASE("a forked child opens connections of its own, and leaves those of its parent open") {
    struct OwnedThing {
        pid_t opener = getpid();
        bool* is_closed_by_another;
        ~OwnedThing() {
            if (getpid() != opener) *is_closed_by_another = true;
        }
        [[nodiscard]] bool is_alive() const { return true; }
    };
    using OwnedPool = credence::detail::ConnectionPool<OwnedThing>;
    bool is_closed_by_another = false;
    const auto open = [&](auto) -> Result<std::unique_ptr<OwnedThing>> {
        return std::unique_ptr<OwnedThing>{new OwnedThing{.is_closed_by_another = &is_closed_by_another}};
    };
    auto pool = std::make_unique<OwnedPool>(open, 1);
    const auto opener = [&] {
        return pool->with_connection(pool_deadline(1s), [](OwnedThing& one) -> Result<pid_t> { return one.opener; });
    };
    const auto is_well_in_child = [](const auto& work) {
        const pid_t child = fork();
        if (child == 0) _exit(work() ? 0 : 1);
        int status = -1;
        return child > 0 && waitpid(child, &status, 0) == child && status == 0;
    };
    const auto has_its_own = [&] {
        const bool is_own = opener().value() == getpid() && opener().value() == getpid();
        pool.reset();
        return is_own && !is_closed_by_another;
    };
    CHECK(opener().value() == getpid());
    CHECK(is_well_in_child(has_its_own));
    CHECK(is_well_in_child([&] {  // a child that never uses it can end
        pool.reset();
        return !is_closed_by_another;
    }));
    // The only place is taken at the time of the fork.
    CHECK(pool->with_connection(pool_deadline(1s), [&](OwnedThing&) -> Result<void> {
        CHECK(is_well_in_child([&] { return opener().value() == getpid(); }));
        return {};
    }));
    CHECK(opener().value() == getpid());
}
