// SPDX-License-Identifier: MIT
// The texts of refresh tokens and the seal on a successor.
#include <credence/opaque/detail/refresh_token.hpp>

#include <set>
#include <string>

#include "support/catch.hpp"

namespace detail = credence::detail;

TEST_CASE("refresh tokens are random, and distinguished from other texts") {
    std::set<std::string> texts;
    for (int index = 0; index < 100; ++index) texts.insert(detail::random_text<32>().value());
    CHECK(texts.size() == 100);
    for (const std::string& text : texts) CHECK(detail::is_random_text<32>(text));
    CHECK_FALSE(detail::is_random_text<32>(detail::random_text<16>().value()));
    CHECK_FALSE(detail::is_random_text<32>(std::string(43, '_')));  // its trailing bits are not zero
}

TEST_CASE("a sealed successor can only be opened with its predecessor") {
    const auto token = detail::random_text<32>().value();
    const auto successor = detail::random_text<32>().value();
    const auto sealed = detail::seal_successor(token, successor);
    CHECK(detail::open_successor(token, sealed) == successor);
    CHECK(detail::open_successor(detail::random_text<32>().value(), sealed) != successor);
    CHECK(detail::open_successor(token, "short").empty());
}

TEST_CASE("a token is identified by its SHA-256") {
    // The hash of the three letters abc, FIPS 180-4.
    const auto hash = detail::hash_of_token("abc");
    CHECK(detail::encode_base64url(hash) == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}
