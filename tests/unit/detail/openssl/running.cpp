// SPDX-License-Identifier: MIT
// The library knows when OpenSSL has cleaned up, and operations that need OpenSSL then fail.
#include <credence/detail/openssl/digest.hpp>
#include <credence/detail/openssl/hash.hpp>
#include <credence/detail/openssl/random_bytes.hpp>
#include <credence/detail/openssl/running.hpp>

#include <array>

#include "support/catch.hpp"

#include <openssl/crypto.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace credence::detail;

namespace {

/// The result in a child process after OpenSSL's cleanup: 0 if everything is right.
int after_cleanup() {
    OPENSSL_cleanup();
    std::array<unsigned char, 16> bytes{};
    if (openssl_is_running()) return 1;
    if (fetch_digest(Hash::sha256)) return 2;
    if (fill_random(bytes)) return 3;
    return hash_bytes(Hash::sha256, bytes).empty() ? 0 : 4;
}

}  // namespace

TEST_CASE("OpenSSL is running until it is cleaned up") {
    CHECK_FALSE(hash_bytes(Hash::sha256, {}).empty());  // OpenSSL cleans up only if it was used
    CHECK(openssl_is_running());
    const pid_t child = fork();
    if (child == 0) _exit(after_cleanup());
    REQUIRE(child > 0);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
