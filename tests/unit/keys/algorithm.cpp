// SPDX-License-Identifier: MIT
// The closed list of algorithms: its members, their names, and the algorithms that never become members.
#include <credence/keys/algorithm.hpp>

#include <string_view>

#include "support/catch.hpp"

using namespace credence;

namespace {

struct NotInTheList {
    [[maybe_unused]] static constexpr std::string_view name = "none";
};

template <class... Algs>
constexpr bool all_have_their_name(detail::AlgorithmList<Algs...>, const auto&... names) {
    return ((Algs::name == names) && ...);
}

template <class... Algs>
constexpr bool all_are_algorithms(detail::AlgorithmList<Algs...>) {
    return (Algorithm<Algs> && ...) && ((SharedSecretAlgorithm<Algs> != PublicKeyAlgorithm<Algs>) && ...);
}

}  // namespace

TEST_CASE("every algorithm has its name of the JOSE registry", "[algorithm]") {
    STATIC_REQUIRE(all_have_their_name(detail::KnownAlgorithms{}, "HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                                       "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA",
                                       "Ed25519", "Ed448"));
    STATIC_REQUIRE(all_are_algorithms(detail::KnownAlgorithms{}));
}

TEST_CASE("a user's type is not an algorithm", "[algorithm]") {
    STATIC_REQUIRE_FALSE(Algorithm<NotInTheList>);
    STATIC_REQUIRE_FALSE(Algorithm<int>);
    STATIC_REQUIRE_FALSE(SharedSecretAlgorithm<NotInTheList>);
}

TEST_CASE("HS* have a shared secret, all others a key pair", "[algorithm]") {
    STATIC_REQUIRE(SharedSecretAlgorithm<HS512>);
    STATIC_REQUIRE_FALSE(SharedSecretAlgorithm<RS256>);
    STATIC_REQUIRE(PublicKeyAlgorithm<EdDSA>);
    STATIC_REQUIRE_FALSE(PublicKeyAlgorithm<HS256>);
}

TEST_CASE("no two algorithms are equal, and EdDSA's curves are distinguished by name", "[algorithm]") {
    STATIC_REQUIRE(detail::scheme_of<RS256> != detail::scheme_of<PS256>);
    STATIC_REQUIRE(detail::scheme_of<ES256> != detail::scheme_of<ES256K>);
    STATIC_REQUIRE(detail::scheme_of<EdDSA> != detail::scheme_of<Ed25519>);
    STATIC_REQUIRE(detail::scheme_of<Ed25519> != detail::scheme_of<Ed448>);
}

TEST_CASE("names of algorithms are compared byte for byte", "[algorithm][attack-1]") {
    CHECK(is_known_algorithm("HS256"));
    CHECK(is_known_algorithm("Ed448"));
    for (const std::string_view name : {"", "none", "None", "NONE", "nOnE", "hs256", "HS256 ", " HS256", "HS-256",
                                        "HS2567", "HS25", "ED25519", "eddsa", "ES256k", "RSA-OAEP", "dir", "HS1"}) {
        CAPTURE(name);
        CHECK_FALSE(is_known_algorithm(name));
    }
    CHECK_FALSE(is_known_algorithm(std::string_view{"HS256\0", 6}));
}
