// SPDX-License-Identifier: MIT
// ErrorQueueGuard: the caller's errors and marks are kept, and the library's own are removed.
#include "support/error_queue.hpp"

#include <credence/detail/openssl/error_queue.hpp>

#include "support/catch.hpp"

using namespace credence::detail;

namespace {

void make_errors(int count) {
    for (int number = 0; number < count; ++number) ERR_raise_data(ERR_LIB_EVP, 7, "number %d", number);
}

}  // namespace

TEST_CASE("errors that occur under the guard are removed", "[openssl]") {
    for (const int count : {0, 1, 3, 40}) {
        INFO("errors made under the guard: " << count);
        support::check_error_queue_around([count] {
            const ErrorQueueGuard guard;
            make_errors(count);
        });
    }
}

TEST_CASE("guards can be nested", "[openssl]") {
    support::check_error_queue_around([] {
        const ErrorQueueGuard guard;
        make_errors(2);
        {
            const ErrorQueueGuard inner;
            make_errors(20);
        }
        make_errors(1);
    });
}

TEST_CASE("clearing the queue under the guard keeps the caller's errors", "[openssl]") {
    support::check_error_queue_around([] {
        const ErrorQueueGuard guard;
        ERR_clear_error();
    });
}

TEST_CASE("the caller's errors and marks survive any number of errors under the guard", "[openssl]") {
    for (const int before : {1, 3, 15}) {
        for (const int inside : {0, 2, 15, 16, 100}) {
            for (const int marks : {1, 2}) {
                INFO(before << " errors and " << marks << " marks before, " << inside << " errors under the guard");
                support::fill_error_queue(before);
                for (int mark = 0; mark < marks; ++mark) ERR_set_mark();
                {
                    const ErrorQueueGuard guard;
                    make_errors(inside);
                }
                for (int mark = 0; mark < marks; ++mark) CHECK(ERR_pop_to_mark() == 1);
                CHECK(ERR_clear_last_mark() == 0);
                CHECK(support::drain_error_queue().size() == static_cast<std::size_t>(before));
            }
        }
    }
}

TEST_CASE("a caller's mark still removes the caller's later errors, and no others", "[openssl]") {
    support::fill_error_queue(3);
    ERR_set_mark();
    {
        const ErrorQueueGuard guard;
        make_errors(40);
    }
    make_errors(4);
    CHECK(ERR_pop_to_mark() == 1);
    CHECK(support::drain_error_queue().size() == 3);
}
