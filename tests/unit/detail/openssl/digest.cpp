// SPDX-License-Identifier: MIT
// Hashes, and the thread's scratch context.
#include <credence/detail/openssl/digest.hpp>

#include <cstddef>
#include <thread>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("each thread has one scratch context", "[openssl]") {
    EVP_MD_CTX* const mine = ScratchDigest::get();
    REQUIRE(mine != nullptr);
    CHECK(ScratchDigest::get() == mine);
    EVP_MD_CTX* other = nullptr;
    std::thread{[&] { other = ScratchDigest::get(); }}.join();
    CHECK(other != nullptr);
    CHECK(other != mine);
}

TEST_CASE("every hash of an algorithm can be fetched, and has the stated length", "[openssl]") {
    using credence::detail::Hash;
    for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
        const Digest digest = fetch_digest(hash);
        REQUIRE(digest);
        CHECK(static_cast<std::size_t>(EVP_MD_get_size(digest.get())) == hash_size(hash));
    }
    CHECK_FALSE(fetch_digest(Hash::none));
}
