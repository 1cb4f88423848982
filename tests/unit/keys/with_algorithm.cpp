// SPDX-License-Identifier: MIT
// Algorithms that are chosen by name: each name gives its own algorithm, and other names give none.
#include <credence/keys/with_algorithm.hpp>
#include <credence/result.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence;

TEST_CASE("each name calls the function once, with its own algorithm", "[with_algorithm]") {
    for (const std::string_view name : detail::KnownAlgorithms::names) {
        int calls = 0;
        const auto called = with_algorithm(name, [&]<Algorithm Alg>() -> Result<std::string_view> {
            ++calls;
            return Alg::name;
        });
        REQUIRE(called);
        CHECK(*called == name);
        CHECK(calls == 1);
    }
}

TEST_CASE("an unknown name calls nothing, and is unsupported", "[with_algorithm][attack-1]") {
    for (const std::string_view name : {"", "none", "NONE", "hs256", "HS256 ", "RS25", "RS2566", "A128KW"}) {
        const auto called = with_algorithm(name, []<Algorithm Alg>() -> Result<int> { return 1; });
        REQUIRE_FALSE(called);
        CHECK(called.error().code == Errc::unsupported_algorithm);
    }
}

TEST_CASE("with a list of algorithms, the others are unsupported", "[with_algorithm]") {
    const auto is_rsa = []<Algorithm Alg>() -> Result<bool> {
        static_assert(PublicKeyAlgorithm<Alg>);  // HS256 is not instantiated
        return detail::scheme_of<Alg>.family == detail::Family::rsa_pkcs1;
    };
    CHECK(with_algorithm<RS256, ES256>("RS256", is_rsa).value());
    CHECK_FALSE(with_algorithm<RS256, ES256>("ES256", is_rsa).value());
    CHECK_FALSE(with_algorithm<RS256, ES256>("HS256", is_rsa));
}

TEST_CASE("the callable's error is the result, and it may return nothing", "[with_algorithm]") {
    const auto refused = with_algorithm("ES256", []<Algorithm Alg>() -> Result<int> { return Errc::invalid_key; });
    CHECK(refused.error().code == Errc::invalid_key);
    const auto done = with_algorithm("ES256", []<Algorithm Alg>() -> Result<void> { return {}; });
    CHECK(done);
}
