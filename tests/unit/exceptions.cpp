// SPDX-License-Identifier: MIT
// Catching and throwing in a program with exceptions; tests/builds has the programs without them.
#include <credence/exceptions.hpp>

#include <new>
#include <stdexcept>
#include <string>

#include "support/catch.hpp"

using credence::detail::catch_all;
using credence::detail::catch_all_but_bad_alloc;
using credence::detail::throw_or_terminate;

namespace {

int fail() { throw_or_terminate(std::runtime_error{"no"}); }
int run_out_of_memory() { throw_or_terminate(std::bad_alloc{}); }

}  // namespace

TEST_CASE("an exception is thrown as it is given") { CHECK_THROWS_AS(fail(), std::runtime_error); }

TEST_CASE("a call that does not throw returns its result") {
    CHECK(catch_all([] { return 7; }, [] { return 0; }) == 7);
    CHECK(catch_all_but_bad_alloc([] { return std::string{"a"}; }, [] { return "b"; }) == "a");
}

TEST_CASE("a call that throws returns the alternative result") {
    CHECK(catch_all(fail, [] { return 8; }) == 8);
    CHECK(catch_all(run_out_of_memory, [] { return 9; }) == 9);
    CHECK(catch_all_but_bad_alloc(fail, [] { return 10; }) == 10);
}

TEST_CASE("exceptions of a call without a result are caught") {
    bool is_caught = false;
    catch_all([] { throw_or_terminate(7); }, [&] { is_caught = true; });
    CHECK(is_caught);
}

TEST_CASE("std::bad_alloc may be let through") {
    CHECK_THROWS_AS(catch_all_but_bad_alloc(run_out_of_memory, [] { return 0; }), std::bad_alloc);
}
