// SPDX-License-Identifier: MIT
// The sizes and names of hash functions are those that OpenSSL has for them.
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/openssl_handles.hpp>

#include "support/catch.hpp"

using namespace credence::detail;

TEST_CASE("OpenSSL has each hash under its name, with its size", "[hash]") {
    for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
        const Digest digest{EVP_MD_fetch(nullptr, hash_name(hash), nullptr)};
        REQUIRE(digest);
        CHECK(static_cast<std::size_t>(EVP_MD_get_size(digest.get())) == hash_size(hash));
        CHECK(hash_size(hash) <= longest_hash);
    }
    CHECK(hash_name(Hash::none) == nullptr);
    CHECK(hash_size(Hash::none) == 0);
}
