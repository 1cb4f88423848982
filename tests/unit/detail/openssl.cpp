// SPDX-License-Identifier: MIT
// The guard of OpenSSL's error queue, on queues of every kind, and the thread's scratch context.
#include <credence/detail/openssl.hpp>

#include <array>
#include <thread>

#include "support/catch.hpp"
#include "support/error_queue.hpp"

using namespace credence::detail;

namespace {

void make_errors(int count) {
    for (int number = 0; number < count; ++number) ERR_raise_data(ERR_LIB_EVP, 7, "number %d", number);
}

}  // namespace

TEST_CASE("whatever is put on the error queue under the guard is gone afterwards", "[openssl]") {
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

TEST_CASE("clearing the queue under the guard loses nothing", "[openssl]") {
    support::check_error_queue_around([] {
        const ErrorQueueGuard guard;
        ERR_clear_error();
    });
}

TEST_CASE("a mark of somebody else holds", "[openssl]") {
    support::fill_error_queue(3);
    ERR_set_mark();
    {
        const ErrorQueueGuard guard;
        make_errors(2);
    }
    make_errors(4);
    CHECK(ERR_pop_to_mark() == 1);
    CHECK(support::drain_error_queue().size() == 3);
}

TEST_CASE("the scratch context is one for each thread", "[openssl]") {
    EVP_MD_CTX* const mine = ScratchDigest::get();
    REQUIRE(mine != nullptr);
    CHECK(ScratchDigest::get() == mine);
    EVP_MD_CTX* other = nullptr;
    std::thread{[&] { other = ScratchDigest::get(); }}.join();
    CHECK(other != nullptr);
    CHECK(other != mine);
}

TEST_CASE("random bytes come", "[openssl]") {
    std::array<unsigned char, 32> first{};
    std::array<unsigned char, 32> second{};
    REQUIRE(fill_random(first));
    REQUIRE(fill_random(second));
    CHECK(first != second);
}

TEST_CASE("every hash of an algorithm can be fetched, and has the length that is said", "[openssl]") {
    using credence::detail::Hash;
    for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
        const Digest digest = fetch_digest(hash);
        REQUIRE(digest);
        CHECK(static_cast<std::size_t>(EVP_MD_get_size(digest.get())) == hash_size(hash));
    }
    CHECK_FALSE(fetch_digest(Hash::none));
}
